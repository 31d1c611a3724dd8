"""Errors of the privacy package, one class for each thing a caller can do about them."""


class PrivacyError(Exception):
    """Any failure to keep a promise to visitors."""


class AuditError(PrivacyError):
    """The audit log does not hold together; tell the owner."""


class KeyFileError(PrivacyError):
    """The file with the signing key holds none; put the right one back."""


class ClaimError(PrivacyError):
    """A claim cannot be read or is too old: ask for a new one."""


class ReceiptError(PrivacyError):
    """A receipt is not what was signed; tell whoever showed it."""


class RetentionError(PrivacyError):
    """What is past its time is still there; the next run tries again."""


class UndescribedColumnError(PrivacyError):
    """A column is in the schema and not in the record of processing or the notice; describe it."""


class UnknownRequestError(PrivacyError):
    """No request of a visitor has this number."""


class HoldError(PrivacyError):
    """A hold cannot be begun or ended as it was asked for; say it as the message tells."""


class PlanError(PrivacyError):
    """What was announced, or was in force before, cannot be read: put the file back."""
