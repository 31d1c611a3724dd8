"""Site changes: the settings that a notice tells, as people write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final, get_args

from privacy.retention_policy import changed_keep
from schema.sites import ConsentMode, Site

CONSENT_MODES: Final[tuple[ConsentMode, ...]] = get_args(ConsentMode)
_SIGNALS: Final = ("nobody", "drop")
_SMALL_NUMBERS: Final = range(2, 1001)
# A name, a street and an e-mail address, as FOOTFALL_PRIVACY_CONTACT.
_LONGEST_CONTROLLER: Final = 500

_RETENTION: Final = "retention."
_KEYS: Final = "retention.CLASS=DAYS, consent=MODE, signal=WHAT, small_number=N, controller=TEXT"


def changed_site(
    site: Site,
    *,
    small_number: int | None = None,
    signal: str | None = None,
    keep: Sequence[str] | None = None,
    consent: str | None = None,
) -> Site:
    """Return a site with what is given changed; raises ValueError that says what was expected."""
    changes: dict[str, Any] = {}
    if small_number is not None:
        changes["small_number"] = checked_small_number(small_number)
    if signal is not None:
        changes["signal"] = _one_of("signal", signal, _SIGNALS)
    if keep is not None:
        changes["keep"] = changed_keep(site.keep, keep)
    if consent is not None:
        changes["consent"] = _one_of("consent", consent, CONSENT_MODES)
    return replace(site, **changes)


def with_changes(site: Site, controller: str, changes: Iterable[str]) -> tuple[Site, str]:
    """Return a site and who decides about it with announced changes, such as "consent=strict".

    "controller=" takes back to what the installation says.  Raises ValueError that says what was
    expected.
    """
    given: dict[str, Any] = {}
    keep: list[str] = []
    for change in changes:
        key, separator, value = change.partition("=")
        if key.startswith(_RETENTION) and separator:
            keep.append(f"{key.removeprefix(_RETENTION)}={value}")
        elif key == "small_number" and value.isdecimal():
            given[key] = int(value)
        elif key in ("consent", "signal") and separator:
            given[key] = value
        elif key == "controller" and separator:
            controller = _checked_controller(value)
        else:
            raise ValueError(f"{change[:40]!r}: expected {_KEYS}")
    return changed_site(site, keep=keep or None, **given), controller


def checked_small_number(number: int) -> int:
    """Return a number of visitors below which places are not shown; raises ValueError."""
    if number not in _SMALL_NUMBERS:
        raise ValueError(
            f"small number {number!r}: expected {_SMALL_NUMBERS.start} to {_SMALL_NUMBERS.stop - 1}"
        )
    return number


def _checked_controller(text: str) -> str:
    if not text.isprintable() or len(text) > _LONGEST_CONTROLLER:
        raise ValueError(f"controller: expected one line of at most {_LONGEST_CONTROLLER} signs")
    return text.strip()


def _one_of(name: str, text: str, known: Sequence[str]) -> str:
    if text not in known:
        raise ValueError(f"{name} {text[:40]!r}: expected one of {', '.join(known)}")
    return text
