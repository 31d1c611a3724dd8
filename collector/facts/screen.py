"""Screen: the class of a screen's width."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

# Where common layouts break, in CSS pixels: a phone, a tablet, a laptop, a desk (getbootstrap.com
# 5.3 "sm" and "lg", and 1440 as the usual laptop).  Four classes tell nobody apart.
_BREAKS_PX: Final = (576, 992, 1440)
_CLASSES: Final = ("<576", "576-991", "992-1439", "1440+")


def screen_class(width_px: float | None) -> str:
    """Return the class of a width in CSS pixels; "" when it is unknown or no width."""
    if width_px is None or width_px <= 0:
        return ""
    return _CLASSES[bisect_right(_BREAKS_PX, width_px)]
