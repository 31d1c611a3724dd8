"""Errors of the geo database, one class for each thing a caller can do about it."""


class GeoipError(Exception):
    """Base of all errors here; the message is one line, fit for an operator's terminal."""


class DatabaseError(GeoipError):
    """A database file cannot be used: choose another file; what is installed stays."""


class StorageError(GeoipError):
    """A directory cannot take the files: make room or rights; what is installed stays."""


class SourceError(GeoipError):
    """A source gave no database: try later, or name another; what is installed stays."""


class SourceSettingError(GeoipError):
    """A source is named or set up wrongly: correct the setting and start again."""
