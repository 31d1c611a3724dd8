"""Promise: a client that asks for it hears how far its question is before the answer begins."""

from __future__ import annotations

import json
import socket

import pytest

from tests.door.door_server import DoorServer

# Some seconds of one core, and one row.
_LONG = "SELECT count() FROM numbers(60000000) WHERE sipHash128(number) = 'x' OR number = 7"
_FAILS_LATE = (
    "SELECT throwIf(count() = 60000000) FROM numbers(60000000) WHERE sipHash128(number) != 'x'"
)


def _head_in_pieces(door: DoorServer, question: str, parameters: str) -> tuple[list[bytes], bytes]:
    """Return what came of an answer's head, piece by piece as it came, and its body."""
    head, pieces = b"", []
    with socket.create_connection(("127.0.0.1", door.port), timeout=60) as connection:
        connection.sendall(
            f"POST /clickhouse/?{parameters} HTTP/1.1\r\nHost: door.example\r\n"
            f"Connection: close\r\nAuthorization: Bearer {door.mine}\r\n"
            f"Content-Length: {len(question)}\r\n\r\n{question}".encode()
        )
        while piece := connection.recv(65536):
            pieces.append(piece)
            head += piece
    whole, _, body = head.partition(b"\r\n\r\n")
    return [piece for piece in pieces if piece in whole + b"\r\n"], body


def _progress(lines: bytes) -> list[dict[str, str]]:
    name = b"X-ClickHouse-Progress: "
    return [json.loads(line[len(name) :]) for line in lines.splitlines() if line.startswith(name)]


def test_progress_comes_line_by_line_before_the_answer(door: DoorServer) -> None:
    pieces, body = _head_in_pieces(door, _LONG, "send_progress_in_http_headers=1")

    assert pieces[0].startswith(b"HTTP/1.1 200 OK\r\nX-ClickHouse-Progress: {")
    told = _progress(b"".join(pieces))
    assert len(told) >= 2
    read = [int(each["read_rows"]) for each in told]
    assert read == sorted(read)
    # A query that has only begun may not know yet how far it goes.
    totals = [each["total_rows_to_read"] for each in told]
    assert totals[-1] == "60000000"
    assert set(totals) <= {"0", "60000000"}
    assert body == b"1\n"


def test_an_error_after_the_first_line_has_its_code_in_the_head(door: DoorServer) -> None:
    headers = {"Authorization": f"Bearer {door.mine}"}
    answer = door.client.post(
        door.url,
        params={"send_progress_in_http_headers": 1, "wait_end_of_query": 1},
        content=_FAILS_LATE,
        headers=headers,
    )

    # The status was given away with the first line, as a server does.
    assert answer.status_code == 200
    assert answer.headers["X-ClickHouse-Exception-Code"] == "395"
    assert answer.text.startswith("Code: 395. DB::Exception: ")


@pytest.mark.parametrize("parameters", ["", "send_progress_in_http_headers=0"])
def test_nobody_else_hears_of_it(door: DoorServer, parameters: str) -> None:
    pieces, _ = _head_in_pieces(door, _LONG, parameters)

    assert _progress(b"".join(pieces)) == []


def test_the_next_question_on_the_connection_is_answered_as_ever(door: DoorServer) -> None:
    headers = {"Authorization": f"Bearer {door.mine}"}
    asked = {"send_progress_in_http_headers": 1}
    for question, answer in ((_LONG, "1\n"), ("SELECT 2", "2\n")):
        got = door.client.post(door.url, params=asked, content=question, headers=headers)
        assert (got.status_code, got.text) == (200, answer)
