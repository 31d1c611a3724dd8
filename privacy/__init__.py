"""Privacy: visitors' rights, small numbers, retention, holds and the audit log."""
