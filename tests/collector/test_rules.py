"""Rules: collectors decide by the newest published file, and by the last good one."""

from __future__ import annotations

from pathlib import Path

from collector.rules.published import CHECK_INTERVAL_S, PublishedRules, Rules, publish, rules_path
from schema import Site
from tests.collector.journals import minute


def some_rules(**fields: object) -> Rules:
    site = Site(name="shop.example", hostnames=("*",), excluded_networks=("192.0.2.0/24",))
    given: dict[str, object] = {"published_at": minute(0), "sites": {"shop.example": site}}
    return Rules(**(given | fields))  # type: ignore[arg-type]


def test_there_are_none_until_some_are_published(tmp_path: Path) -> None:
    published = PublishedRules(rules_path(tmp_path))
    assert published.current(0) is None
    rules = some_rules(event_tokens={"ab": ("shop.example",)})
    publish(rules_path(tmp_path), rules)
    assert published.current(CHECK_INTERVAL_S) == rules


def test_a_change_is_seen_at_the_next_look_and_not_looked_for_between(tmp_path: Path) -> None:
    path = rules_path(tmp_path)
    first, second = some_rules(), some_rules(published_at=minute(1))
    publish(path, first)
    published = PublishedRules(path)
    assert published.current(100) == first
    publish(path, second)
    assert published.current(100 + CHECK_INTERVAL_S / 2) == first
    assert published.current(100 + CHECK_INTERVAL_S) == second


def test_a_file_that_cannot_be_read_leaves_the_earlier_rules(tmp_path: Path) -> None:
    path = rules_path(tmp_path)
    publish(path, some_rules())
    published = PublishedRules(path)
    assert published.current(0) == some_rules()
    path.write_bytes(b"{")
    assert published.current(10) == some_rules()
    path.unlink()
    assert published.current(20) == some_rules()
    publish(path, some_rules(published_at=minute(2)))
    assert published.current(30) == some_rules(published_at=minute(2))
