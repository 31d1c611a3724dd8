"""Promise: a question takes no more than its share, and the dashboard does not notice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from dashboard.door.app import Door
from dashboard.sql import Desk, Limits, RefusedError
from dashboard.sql.queue import Queue
from privacy.audit import AuditLog
from schema import Store, migrate, open_embedded
from schema.tokens import new_token, save_token
from tests.dashboard.serve import serving
from tests.door.door_server import fill

# Takes minutes, and gives nothing before its end.
_RUNAWAY = "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1"
_RUNNING = "SELECT count() FROM system.processes WHERE Settings['log_comment'] LIKE 'footfall %'"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_embedded(Path(tmp_path_factory.mktemp("limits")) / "database")
    migrate(opened)
    fill(opened)
    yield opened
    opened.close()


@contextmanager
def _door(store: Store, **limits: float) -> Iterator[httpx.Client]:
    """Serve a door with these limits; yield what asks it with a token for all sites."""
    token, secret = new_token("all", "sql")
    save_token(store, token)
    given = Limits(**{"read_rows": 10**13, "read_bytes": 10**15, **limits})  # type: ignore[arg-type]
    door = Door(store, Desk(store, AuditLog(store), given))
    with serving(Starlette(routes=[Mount("/clickhouse", door)])) as url:
        headers = {"X-ClickHouse-Key": secret}
        with httpx.Client(base_url=f"{url}/clickhouse/", headers=headers, timeout=60) as client:
            yield client


def _ask(client: httpx.Client, question: str) -> httpx.Response:
    return client.post("", content=question)


def _wait_for(store: Store, running: int) -> None:
    until = time.monotonic() + 60
    while store.value(_RUNNING) != running:
        assert time.monotonic() < until, "the engine did not start or end the question"


def _code(answer: httpx.Response) -> str:
    return str(answer.headers.get("X-ClickHouse-Exception-Code", ""))


def test_a_runaway_is_ended_by_its_limit_and_others_are_answered_meanwhile(store: Store) -> None:
    with _door(store, seconds=2) as client, ThreadPoolExecutor() as threads:
        runaway = threads.submit(_ask, client, _RUNAWAY)
        _wait_for(store, 1)
        assert _ask(client, "SELECT count() FROM events").text == "8\n"
        assert not runaway.done()
        answer = runaway.result()

    assert (answer.status_code, _code(answer)) == (408, "159")
    assert "it may take 2 seconds" in answer.text
    _wait_for(store, 0)


def test_a_question_ends_when_its_client_leaves(store: Store) -> None:
    with _door(store) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.post("", content=_RUNAWAY, timeout=1)
        _wait_for(store, 0)


def test_a_long_answer_ends_when_its_client_leaves(store: Store) -> None:
    question = "SELECT number, sipHash64(number) FROM numbers(1000000000000)"
    with _door(store, result_rows=10**13, result_bytes=10**15) as client:
        with client.stream("POST", "", content=question) as answer:
            assert next(answer.iter_raw()).startswith(b"0\t")
            _wait_for(store, 1)
        _wait_for(store, 0)


@pytest.mark.parametrize(
    ("limits", "question", "code"),
    [
        ({"memory_bytes": 50_000_000}, "SELECT uniqExact(number) FROM numbers(100000000)", "241"),
        ({"read_rows": 1000}, "SELECT sum(number) FROM numbers(100000)", "158"),
        ({"read_bytes": 1000}, "SELECT sum(number) FROM numbers(100000)", "307"),
        ({"result_rows": 10}, "SELECT number FROM numbers(11)", "396"),
        ({"result_bytes": 1000}, "SELECT number FROM numbers(100000)", "396"),
        ({"text_bytes": 10}, "SELECT 1 + 1 + 1", "62"),
    ],
)
def test_what_a_question_may_take_is_limited(
    store: Store, limits: dict[str, float], question: str, code: str
) -> None:
    with _door(store, **limits) as client:
        assert _code(_ask(client, question)) == code
        assert _ask(client, "SELECT 1").text == "1\n"


def test_a_token_that_asks_too_much_at_once_waits_and_is_then_refused(store: Store) -> None:
    with (
        _door(store, at_once_for_reader=1, wait_s=0.3, seconds=3) as client,
        ThreadPoolExecutor() as threads,
    ):
        runaway = threads.submit(_ask, client, _RUNAWAY)
        _wait_for(store, 1)

        answer = _ask(client, "SELECT 1")

        assert (answer.status_code, _code(answer)) == (429, "202")
        assert int(answer.headers["Retry-After"]) > 0
        assert _code(runaway.result()) == "159"
        assert _ask(client, "SELECT 1").text == "1\n"


def test_a_tokens_time_of_an_hour_is_limited(store: Store) -> None:
    with _door(store, seconds_an_hour=0) as client:
        assert _ask(client, "SELECT 1").text == "1\n"
        answer = _ask(client, "SELECT 1")

    assert (answer.status_code, _code(answer)) == (429, "201")


def test_places_go_round_the_readers() -> None:
    """One reader's three questions wait before another's one, and it is not the last."""
    order: list[str] = []

    async def run() -> None:
        queue = Queue(Limits(at_once=1, at_once_for_reader=1))
        first_is_in, first_may_end = asyncio.Event(), asyncio.Event()

        async def hold() -> None:
            async with queue.place("first"):
                first_is_in.set()
                await first_may_end.wait()

        async def note(reader: str, name: str) -> None:
            async with queue.place(reader):
                order.append(name)

        holding = asyncio.create_task(hold())
        await first_is_in.wait()
        names = [("many", "many 1"), ("many", "many 2"), ("many", "many 3"), ("few", "few 1")]
        waiting = [asyncio.create_task(note(*each)) for each in names]
        await asyncio.sleep(0)
        first_may_end.set()
        await asyncio.gather(holding, *waiting)

    asyncio.run(run())

    assert order == ["many 1", "few 1", "many 2", "many 3"]


def test_a_place_of_a_question_that_is_given_up_goes_to_the_next() -> None:
    async def run() -> None:
        queue = Queue(Limits(at_once=1, at_once_for_reader=1, wait_s=5))
        async with queue.place("a"):
            waits = asyncio.create_task(queue.place("b").__aenter__())
            await asyncio.sleep(0)
            waits.cancel()
        async with asyncio.timeout(1), queue.place("c"):
            pass

    asyncio.run(run())


def test_no_more_wait_than_there_is_room_for() -> None:
    async def run() -> None:
        queue = Queue(Limits(at_once=1, waiting=0))
        async with queue.place("a"):
            with pytest.raises(RefusedError, match="too many queries"):
                await queue.place("b").__aenter__()

    asyncio.run(run())
