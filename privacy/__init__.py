"""Privacy: visitors' rights, small numbers, retention, holds and the audit log."""

from privacy.audit import AuditLog, BrokenLink
from privacy.audit_check import verify
from privacy.errors import AuditError, PrivacyError
from privacy.small_numbers import Folded, fold, is_guarded, is_small, is_view_hidden

__all__ = [
    "AuditError",
    "AuditLog",
    "BrokenLink",
    "Folded",
    "PrivacyError",
    "fold",
    "is_guarded",
    "is_small",
    "is_view_hidden",
    "verify",
]
