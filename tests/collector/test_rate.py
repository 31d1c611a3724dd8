"""Rate: one address may send so much and no more, others are not slowed, memory does not grow."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import RateError
from collector.listener.rate import RateLimit

READER = ip_address("198.51.100.7")
OTHER = ip_address("203.0.113.9")


def refused_after_s(limit: RateLimit, address: str, now_s: float) -> int:
    """Return the seconds to wait, 0 when the beacon was taken."""
    try:
        limit.take(ip_address(address), now_s)
    except RateError as error:
        return error.retry_after_s
    return 0


def test_a_burst_is_taken_and_the_next_beacon_is_told_when_to_come_again() -> None:
    limit = RateLimit(per_s=2, burst=10)
    for _ in range(10):
        limit.take(READER, 100.0)

    with pytest.raises(RateError) as caught:
        limit.take(READER, 100.0)

    # Two a second: the eleventh fits half a second later, told in whole seconds.
    assert caught.value.retry_after_s == 1
    limit.take(READER, 100.5)


def test_one_address_does_not_slow_another() -> None:
    limit = RateLimit(per_s=1, burst=1)
    limit.take(READER, 0.0)

    limit.take(OTHER, 0.0)


def test_one_ipv6_network_is_one_sender() -> None:
    limit = RateLimit(per_s=1, burst=1)

    assert refused_after_s(limit, "2001:db8::1", 0.0) == 0
    assert refused_after_s(limit, "2001:db8::ffff", 0.0) == 1
    assert refused_after_s(limit, "2001:db8:0:1::1", 0.0) == 0


@given(st.lists(st.floats(0, 0.2), min_size=1, max_size=300))
def test_what_is_taken_never_exceeds_the_burst_and_the_rate(pauses_s: list[float]) -> None:
    limit = RateLimit(per_s=10, burst=20)
    now_s = 0.0
    taken = 0
    for pause_s in pauses_s:
        now_s += pause_s
        taken += refused_after_s(limit, "198.51.100.7", now_s) == 0

    assert taken <= 20 + 10 * now_s + 1e-6
