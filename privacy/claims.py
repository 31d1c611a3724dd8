"""Claims: what a browser once proved, sealed, so that it can prove it again without an account."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Final

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from privacy.errors import ClaimError
from privacy.signing import SigningKey

# Our choice: as long as an answer to a question may take (GDPR, Art. 12(3): one month).
CLAIM_LIFETIME: Final = timedelta(days=30)

# Our choice: 64 KiB of headers hold about 4,000; a visit of this many pages is no browser's.  The
# newest stay.
MOST_IDS: Final = 200

_PURPOSE: Final = "footfall claim"


class Claim(msgspec.Struct, frozen=True, array_like=True):
    """What was proved on one site; hashes, as rows have them."""

    site: str
    page_ids: tuple[int, ...] = ()
    consent_ids: tuple[int, ...] = ()

    def joined(self, other: Claim) -> Claim:
        """Return what both prove, on one site."""
        return Claim(
            self.site,
            _newest(self.page_ids + other.page_ids),
            _newest(self.consent_ids + other.consent_ids),
        )


def seal(key: SigningKey, claim: Claim) -> str:
    """Return the claim as a token, which only `open_claim` can read."""
    return _sealer(key).encrypt(msgspec.msgpack.encode(claim)).decode()


def open_claim(key: SigningKey, site: str, token: str) -> Claim:
    """Return what a token proves on this site; raises ClaimError."""
    lifetime_s = int(CLAIM_LIFETIME.total_seconds())
    try:
        content = _sealer(key).decrypt(token.encode(), ttl=lifetime_s)
        claim = msgspec.msgpack.decode(content, type=Claim)
    except (InvalidToken, msgspec.DecodeError):
        claim = None
    if claim is None or claim.site != site:
        raise ClaimError(
            f"the claim was not given here, or more than {CLAIM_LIFETIME.days} days ago:"
            " ask again from the page that was visited"
        )
    return claim


def _sealer(key: SigningKey) -> Fernet:
    return Fernet(urlsafe_b64encode(key.derived_key(_PURPOSE)))


def _newest(ids: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(ids))[-MOST_IDS:]
