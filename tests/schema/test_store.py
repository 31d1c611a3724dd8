"""Store: one connection that says the same things on either engine."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schema import Store, StoreBusyError, StoreError, open_embedded, open_server


def test_values_are_bound_and_come_back_as_they_were(store: Store) -> None:
    sql = "SELECT {text:String}, {number:UInt64}, {at:DateTime64(3, 'UTC')}, {list:Array(UInt64)}"
    at = datetime(2026, 3, 1, 12, 0, 0, 125_000, tzinfo=UTC)
    text = 'it\'s a \\ "quote"\n\ttab; -- ü {x:String}'
    values = {"text": text, "number": 2**64 - 1, "at": at, "list": [0, 2**64 - 1]}
    assert store.rows(sql, values) == [(text, 2**64 - 1, at, [0, 2**64 - 1])]


def test_records_carry_the_names_of_their_columns(store: Store) -> None:
    assert store.records("SELECT 1 AS one, 'x' AS name") == [{"one": 1, "name": "x"}]


def test_the_value_of_no_row_is_none(store: Store) -> None:
    assert store.value("SELECT 7 WHERE 1") == 7
    assert store.value("SELECT 7 WHERE 0") is None


def test_an_insert_with_a_token_counts_once(store: Store) -> None:
    def insert(token: str, count: int) -> None:
        at = datetime(2026, 3, 1, 12, tzinfo=UTC)
        columns = ["site", "hour", "reason", "count"]
        store.insert("dropped_rows", columns, [["shop.example", at, "bot", count]], token=token)

    insert("a", 2)
    insert("a", 2)
    assert store.value("SELECT sum(count) FROM dropped") == 2
    insert("b", 2)
    assert store.value("SELECT sum(count) FROM dropped") == 4


def test_refusals_are_store_errors_of_one_line(store: Store) -> None:
    with pytest.raises(StoreError, match="nothing_here") as caught:
        store.rows("SELECT * FROM nothing_here")
    assert "\n" not in str(caught.value)
    with pytest.raises(StoreError):
        store.insert("nothing_here", ["a"], [[1]])
    with pytest.raises(StoreError):
        store.insert("dropped_rows", ["count"], [["many"]])
    with pytest.raises(StoreError):
        store.command("SELEKT 1")


def test_a_server_that_does_not_answer_is_a_store_error() -> None:
    with pytest.raises(StoreError):
        open_server("http://127.0.0.1:9/footfall")


def test_a_wrong_password_is_a_store_error_that_does_not_tell_it(front_url: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_server(front_url.replace("front%20door", "back-door"))
    assert "back-door" not in str(caught.value)


def test_threads_share_a_store_and_do_not_wait_for_each_other(store: Store) -> None:
    """A writer's insert must not stand in line behind a slow question."""
    asked = threading.Event()

    def slow() -> int:
        asked.set()
        return int(store.value("SELECT sum(sleepEachRow(0.1)) + 7 FROM numbers(8)"))

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(slow)
        asked.wait(5)
        assert store.value("SELECT 1") == 1
        assert not waiting.done()
        assert waiting.result(10) == 7


def test_closing_twice_is_closing_once(engine_path: Path) -> None:
    opened = open_embedded(engine_path)
    opened.close()
    opened.close()


def test_a_database_in_use_says_so_and_is_free_once_closed(engine_path: Path) -> None:
    first = open_embedded(engine_path)
    with pytest.raises(StoreBusyError, match="stop it"):
        open_embedded(engine_path)
    first.close()
    open_embedded(engine_path).close()
