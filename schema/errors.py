"""Errors of the store, one class for each thing a caller can do about them."""


class SchemaError(Exception):
    """Any failure of the store or its tables."""


class StoreError(SchemaError):
    """The store did not answer or refused; keep what was to be written and try again."""


class StoreBusyError(StoreError):
    """Another process holds the embedded database; ask that process instead."""


class NewerSchemaError(SchemaError):
    """The database was migrated by a newer Footfall; run that version or a newer one."""


class MissingKeyError(SchemaError):
    """Data was written with an encryption key that was not given: give it."""


class SealError(SchemaError):
    """Sealed bytes do not open: they are damaged or forged; restore them from elsewhere."""


class EncryptionError(SchemaError):
    """This machine cannot encrypt as asked: the message says what it lacks."""
