"""Errors of the privacy package, one class for each thing a caller can do about them."""


class PrivacyError(Exception):
    """Any failure to keep a promise to visitors."""


class AuditError(PrivacyError):
    """The audit log does not hold together; tell the owner."""


class KeyFileError(PrivacyError):
    """The file with the signing key holds none; put the right one back."""
