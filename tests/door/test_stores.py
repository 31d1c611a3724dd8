"""Promise: the door is the same over the engine in process and over a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from schema import Store
from schema.stream import QueryError, Question, Stream, kill
from tests.door.asking import ask
from tests.door.door_server import FOREIGN, door_serving, fill


def _question(sql: str, mark: str = "footfall test") -> Question:
    return Question(sql=sql, output_format="TabSeparated", settings={}, parameters={}, mark=mark)


def _whole(stream: Stream) -> bytes:
    data = b"".join(iter(lambda: stream.read(1024), b""))
    stream.close()
    return data


def test_the_door_answers_over_either_store(store: Store, tmp_path: Path) -> None:
    fill(store)
    with door_serving(store, tmp_path) as door:
        assert ask(door, "SELECT count() FROM events").text == "7\n"
        assert ask(door, "SELECT {v:String}", param_v="a\\tb").text == "a\\tb\n"
        assert ask(door, "SHOW TABLES").text == "daily\ndropped\nevents\nsessions\n"
        assert ask(door, "SELECT 1 FORMAT Parquet").content.startswith(b"PAR1")
        assert ask(door, "SELECT * FROM users").headers["X-ClickHouse-Exception-Code"] == "497"
        assert ask(door, "SELECT toUInt8('x')").headers["X-ClickHouse-Exception-Code"] == "6"
        oracle = f"SELECT count() FROM events WHERE throwIf(path = '/{FOREIGN}')"  # noqa: S608
        assert ask(door, oracle).text == "0\n"
        long = "SELECT count() FROM numbers(60000000) WHERE sipHash128(number) != 'x'"
        told = ask(door, long, send_progress_in_http_headers=1).headers["X-ClickHouse-Progress"]
        assert '"total_rows_to_read":"60000000"' in told


def test_a_stream_gives_an_answer_in_pieces(store: Store) -> None:
    stream = store.streams.open(_question("SELECT number FROM numbers(1000)"))

    assert _whole(stream) == "".join(f"{number}\n" for number in range(1000)).encode()


def test_a_refused_question_is_an_error_of_its_stream(store: Store) -> None:
    with pytest.raises(QueryError) as refused:
        _whole(store.streams.open(_question("SELECT nothing")))

    assert refused.value.code == 47


def test_to_end_a_question_that_is_not_there_does_nothing(store: Store) -> None:
    kill(store.streams, "nobody")


def test_a_stream_may_be_given_up_before_its_end(embedded_store: Store) -> None:
    stream = embedded_store.streams.open(_question("SELECT number FROM numbers(1000000000000)"))
    assert stream.read(2) == b"0\n"

    stream.close()

    running = "SELECT count() FROM system.processes WHERE Settings['log_comment'] = 'footfall test'"
    assert embedded_store.value(running) == 0
