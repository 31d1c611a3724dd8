"""A claim opens what was proved when it was given, on its site, for its time, and nothing else."""

from __future__ import annotations

import secrets
import time
from base64 import urlsafe_b64encode

import msgspec
import pytest
from cryptography.fernet import Fernet

from privacy.claims import CLAIM_LIFETIME, MOST_IDS, Claim, open_claim, seal
from privacy.errors import ClaimError
from privacy.signing import SigningKey

KEY = SigningKey(bytes(range(32)))
CLAIM = Claim("shop.example", page_ids=(2**64 - 1, 7), consent_ids=(9,))


def test_a_claim_opens_what_was_proved() -> None:
    assert open_claim(KEY, "shop.example", seal(KEY, CLAIM)) == CLAIM


def test_a_claim_tells_nothing_to_who_holds_it() -> None:
    token = seal(KEY, CLAIM)
    assert "shop" not in token
    assert token != seal(KEY, CLAIM)


def test_a_claim_is_of_its_site_and_its_installation() -> None:
    token = seal(KEY, CLAIM)
    with pytest.raises(ClaimError):
        open_claim(KEY, "other.example", token)
    with pytest.raises(ClaimError):
        open_claim(SigningKey(secrets.token_bytes(32)), "shop.example", token)


def test_a_changed_claim_opens_nothing() -> None:
    token = seal(KEY, CLAIM)
    for at in range(0, len(token), 7):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(ClaimError):
            open_claim(KEY, "shop.example", changed)


def test_a_claim_is_over_after_its_time() -> None:
    key = Fernet(urlsafe_b64encode(KEY.derived_key("footfall claim")))
    content = msgspec.msgpack.encode(CLAIM)
    lifetime_s, now_s = CLAIM_LIFETIME.total_seconds(), int(time.time())
    fresh = key.encrypt_at_time(content, int(now_s - lifetime_s + 60)).decode()
    assert open_claim(KEY, "shop.example", fresh) == CLAIM
    old = key.encrypt_at_time(content, int(now_s - lifetime_s - 1)).decode()
    with pytest.raises(ClaimError, match="30 days"):
        open_claim(KEY, "shop.example", old)


def test_claims_join_and_keep_the_newest() -> None:
    many = Claim("shop.example", page_ids=tuple(range(1, MOST_IDS + 1)))
    joined = many.joined(Claim("shop.example", page_ids=(5, 10_000), consent_ids=(3,)))
    assert len(joined.page_ids) == MOST_IDS
    assert joined.page_ids[-1] == 10_000
    assert joined.consent_ids == (3,)
