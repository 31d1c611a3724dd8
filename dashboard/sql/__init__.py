"""SQL: analysts' own questions, checked against what may run and answered as the engine writes."""

from dashboard.sql.desk import Desk
from dashboard.sql.errors import RefusedError
from dashboard.sql.limits import Limits
from dashboard.sql.reader import Reader
from dashboard.sql.statement import Asked, Statement

__all__ = ["Asked", "Desk", "Limits", "Reader", "RefusedError", "Statement"]
