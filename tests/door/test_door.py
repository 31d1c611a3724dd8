"""Promise: the door speaks HTTP as a ClickHouse server does and lets in who has a token for SQL."""

from __future__ import annotations

import base64
import gzip
import json
import struct
import time
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]
import httpx
import lz4.block
import lz4.frame
import pytest
from backports import zstd
from clickhouse_cityhash.cityhash import CityHash128

from privacy.audit_check import verify
from tests.door.asking import ask
from tests.door.door_server import TOKEN_NAME, DoorServer


@pytest.mark.parametrize("path", ["ping", "", "/ping"])
def test_a_ping_needs_no_token(door: DoorServer, path: str) -> None:
    answer = httpx.get(door.url + path)

    assert (answer.status_code, answer.text.strip()) == (200, "Ok.")


def test_other_paths_and_methods_are_not_there(door: DoorServer) -> None:
    assert httpx.get(f"{door.url}play").status_code == 404
    assert httpx.put(door.url).status_code == 405


@pytest.mark.parametrize("way", ["bearer", "basic", "default", "headers", "url"])
def test_a_token_opens_in_every_way_that_clients_have(door: DoorServer, way: str) -> None:
    basic = {"basic": f"{TOKEN_NAME}:{door.mine}", "default": f"default:{door.mine}"}
    headers = {
        "bearer": {"Authorization": f"Bearer {door.mine}"},
        "headers": {"X-ClickHouse-User": TOKEN_NAME, "X-ClickHouse-Key": door.mine},
        "url": {},
    }
    shown = headers.get(way) or {}
    if way in basic:
        shown = {"Authorization": f"Basic {base64.b64encode(basic[way].encode()).decode()}"}
    in_url = {"user": TOKEN_NAME, "password": door.mine} if way == "url" else {}

    answer = httpx.get(door.url, params={"query": "SELECT 1"} | in_url, headers=shown)

    assert (answer.status_code, answer.text) == (200, "1\n")


def test_nobody_gets_in_without_a_token(door: DoorServer) -> None:
    answer = httpx.get(door.url, params={"query": "SELECT 1"})

    assert answer.status_code == 401
    assert answer.headers["X-ClickHouse-Exception-Code"] == "194"
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize("credentials", ["wrong secret", "wrong name", "other scope", "no base64"])
def test_a_token_that_does_not_fit_opens_nothing(door: DoorServer, credentials: str) -> None:
    shown = {
        "wrong secret": f"{TOKEN_NAME}:ff_wrong",
        "wrong name": f"all:{door.mine}",
        "other scope": f"figures:{door.stats}",
    }
    encoded = base64.b64encode(shown.get(credentials, "").encode()).decode() or "%%%"

    answer = httpx.get(
        door.url, params={"query": "SELECT 1"}, headers={"Authorization": f"Basic {encoded}"}
    )

    assert answer.status_code == 403
    assert answer.headers["X-ClickHouse-Exception-Code"] == "516"


def test_an_answer_tells_what_a_server_tells(door: DoorServer) -> None:
    answer = ask(door, "SELECT path FROM events FORMAT JSONEachRow", query_id="mine-1")

    assert answer.headers["X-ClickHouse-Query-Id"] == "mine-1"
    assert answer.headers["X-ClickHouse-Format"] == "JSONEachRow"
    assert answer.headers["X-ClickHouse-Timezone"]
    assert answer.headers["Content-Type"] == "application/x-ndjson; charset=UTF-8"
    summary = json.loads(answer.headers["X-ClickHouse-Summary"])
    assert (summary["result_rows"], summary["result_bytes"]) == ("7", str(len(answer.content)))
    # Eight rows are in the table, seven of them the token's.
    assert summary["read_rows"] == "8"


def test_the_question_may_stand_in_address_and_body(door: DoorServer) -> None:
    assert ask(door, "FROM events", query="SELECT count()").text == "7\n"
    assert ask(door, "", query="SELECT 2").text == "2\n"


def test_a_question_may_come_compressed(door: DoorServer) -> None:
    for encoding, compress in (
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("zstd", zstd.compress),
        ("lz4", lz4.frame.compress),
        ("br", brotli.compress),
    ):
        answer = door.client.post(
            door.url,
            content=compress(b"SELECT 3"),
            headers={"Authorization": f"Bearer {door.mine}", "Content-Encoding": encoding},
        )
        assert answer.text == "3\n"


@pytest.mark.parametrize(
    ("encoding", "compress"), [("gzip", gzip.compress), ("br", brotli.compress)]
)
def test_a_small_body_that_grows_when_it_is_read_is_refused(
    door: DoorServer, encoding: str, compress: Callable[[bytes], bytes]
) -> None:
    answer = door.client.post(
        door.url,
        content=compress(b"SELECT 1 --" + b"x" * 50_000_000),
        headers={"Authorization": f"Bearer {door.mine}", "Content-Encoding": encoding},
    )

    assert (answer.status_code, answer.headers["X-ClickHouse-Exception-Code"]) == (400, "62")


@pytest.mark.parametrize(
    ("output_format", "start"),
    [
        ("Native", b"\x01\x01\x01n\x05UInt8\x01"),
        ("RowBinary", b"\x01"),
        ("Parquet", b"PAR1"),
        ("Arrow", b"ARROW1"),
        ("ArrowStream", b"\xff\xff\xff\xff"),
        ("ORC", b"ORC"),
        ("Avro", b"Obj\x01"),
        ("MsgPack", b"\x01"),
        ("CSVWithNames", b'"n"\n1\n'),
        ("JSON", b'{\n\t"meta"'),
        ("JSONCompact", b'{\n\t"meta"'),
        ("JSONEachRow", b'{"n":1}\n'),
        ("XML", b"<?xml"),
        ("Markdown", b"| n |"),
        ("Vertical", b"Row 1:"),
        ("TabSeparatedWithNamesAndTypes", b"n\nUInt8\n1\n"),
        ("Null", b""),
    ],
)
def test_answers_come_in_the_engines_formats(
    door: DoorServer, output_format: str, start: bytes
) -> None:
    by_name = ask(door, f"SELECT 1 AS n FORMAT {output_format}")
    by_default = ask(door, "SELECT 1 AS n", default_format=output_format)

    assert (by_name.status_code, by_default.status_code) == (200, 200)
    assert by_name.content.startswith(start)
    assert by_default.headers["X-ClickHouse-Format"] == output_format


@pytest.mark.parametrize(
    ("encoding", "decompress"),
    [
        ("gzip", gzip.decompress),
        ("deflate", zlib.decompress),
        ("zstd", zstd.decompress),
        ("lz4", lz4.frame.decompress),
        ("br", brotli.decompress),
    ],
)
@pytest.mark.parametrize("rows", [1, 400_000], ids=["whole", "streamed"])
def test_answers_are_compressed_as_asked(
    door: DoorServer, encoding: str, decompress: object, rows: int
) -> None:
    headers = {"Authorization": f"Bearer {door.mine}", "Accept-Encoding": encoding}
    question = f"SELECT number FROM numbers({rows})"  # noqa: S608
    with door.client.stream(
        "POST", door.url, params={"enable_http_compression": 1}, content=question, headers=headers
    ) as answer:
        packed = b"".join(answer.iter_raw())

    assert answer.headers["Content-Encoding"] == encoding
    assert callable(decompress)
    assert decompress(packed) == "".join(f"{number}\n" for number in range(rows)).encode()


def test_an_encoding_that_is_declined_is_not_used(door: DoorServer) -> None:
    headers = {"Authorization": f"Bearer {door.mine}", "Accept-Encoding": "zstd;q=0, br;q=0.5"}
    answer = door.client.post(
        door.url, params={"enable_http_compression": 1}, content="SELECT 1", headers=headers
    )

    assert (answer.headers["Content-Encoding"], answer.text) == ("br", "1\n")


def test_without_being_asked_to_nothing_is_compressed(door: DoorServer) -> None:
    assert "Content-Encoding" not in ask(door, "SELECT 1").headers


@pytest.mark.parametrize("rows", [1, 400_000], ids=["whole", "streamed"])
def test_answers_come_in_the_engines_own_blocks(door: DoorServer, rows: int) -> None:
    question = f"SELECT number FROM numbers({rows})"  # noqa: S608
    left, plain = ask(door, question, compress=1).content, b""
    while left:
        size, plain_size = struct.unpack_from("<II", left, 17)
        block, left = left[: 16 + size], left[16 + size :]
        checksum = int.from_bytes(block[:16], "little")
        assert checksum == CityHash128(block[16:])
        plain += lz4.block.decompress(block[25:], uncompressed_size=plain_size)

    assert plain == "".join(f"{number}\n" for number in range(rows)).encode()


@pytest.mark.parametrize(
    ("question", "status", "code"),
    [
        ("SELEC 1", 400, 62),
        ("SELECT nothing FROM events", 404, 47),
        ("SELECT no_such_function(1)", 403, 497),
        ("SELECT toUInt8('x')", 400, 6),
        ("SELECT * FROM users", 403, 497),
        ("SELECT 1 SETTINGS max_threads = 9", 403, 452),
        ("SELECT 1 SETTINGS nothing = 9", 404, 115),
        ("SELECT 1 FORMAT Nothing", 400, 73),
        ("SELECT {x:UInt8}", 400, 456),
    ],
)
def test_errors_have_the_engines_codes(
    door: DoorServer, question: str, status: int, code: int
) -> None:
    answer = ask(door, question)

    assert answer.status_code == status
    assert answer.headers["X-ClickHouse-Exception-Code"] == str(code)
    assert answer.text.startswith(f"Code: {code}. DB::Exception: ")


def test_a_refusal_names_the_part_and_what_is_allowed(door: DoorServer) -> None:
    assert "the table users is not allowed here: read events" in ask(door, "FROM users").text
    assert "the function file is not allowed here" in ask(door, "SELECT file('x')").text
    assert "max_threads: expected more than 0 and up to 2" in ask(
        door, "SELECT 1", max_threads=64
    ).text  # fmt: skip


def test_settings_come_in_the_address_too(door: DoorServer) -> None:
    answer = ask(door, "SELECT 1 AS n FORMAT CSVWithNames", format_csv_delimiter=";", max_threads=1)

    assert answer.text == '"n"\n1\n'
    assert ask(door, "SELECT true", bool_true_representation="yes").text == "yes\n"
    assert ask(door, "SELECT 1", additional_table_filters="{}").status_code == 404


def test_there_is_one_database(door: DoorServer) -> None:
    assert ask(door, "SELECT 1", database="footfall").text == "1\n"
    assert ask(door, "SELECT 1", database="default").text == "1\n"
    assert ask(door, "SELECT 1", database="system").status_code == 404


def test_an_answer_that_is_waited_for_begins_when_it_is_whole(door: DoorServer) -> None:
    late = "SELECT throwIf(number = 3000000), toString(number) FROM numbers(4000000)"

    failed = ask(door, late, wait_end_of_query=1)
    whole = ask(door, "SELECT number FROM numbers(400000)", wait_end_of_query=1)

    assert (failed.status_code, failed.headers["X-ClickHouse-Exception-Code"]) == (500, "395")
    assert failed.text.startswith("Code: 395. DB::Exception: ")
    assert json.loads(whole.headers["X-ClickHouse-Summary"])["result_rows"] == "400000"


def test_an_answer_that_streams_tells_what_was_read_until_then(door: DoorServer) -> None:
    question = "SELECT number, sipHash64(number) FROM numbers(4000000)"
    headers = {"Authorization": f"Bearer {door.mine}"}
    with door.client.stream("POST", door.url, content=question, headers=headers) as answer:
        for _ in answer.iter_raw():
            pass

    assert int(json.loads(answer.headers["X-ClickHouse-Summary"])["read_rows"]) > 0


def test_a_session_and_other_habits_of_clients_are_passed_over(door: DoorServer) -> None:
    answer = ask(door, "SELECT 1", session_id="s", wait_end_of_query=1, client_protocol_version=9)

    assert answer.text == "1\n"


def _noted(door: DoorServer, question: str, purpose: str) -> tuple[object, ...]:
    """Return the record of a question; it is written once the answer is on its way."""
    ask(door, question, purpose=purpose)
    record = "SELECT action, site, rows, detail FROM audit_rows WHERE purpose = {purpose:String}"
    until = time.monotonic() + 60
    while not (rows := door.store.rows(record, {"purpose": purpose})):
        assert time.monotonic() < until
    return rows[0]


def test_every_question_is_noted_without_its_values(door: DoorServer) -> None:
    question = "SELECT count() FROM events WHERE path = '/private' -- why"
    *record, detail = _noted(door, question, "a test")

    assert record == ["sql", "mine.example", 1]
    assert str(detail).startswith("SELECT count() FROM events WHERE path = '?' [")
    assert verify(door.store) == []


def test_a_refused_question_is_noted_with_its_code(door: DoorServer) -> None:
    assert _noted(door, "SELECT path FROM users WHERE email = 'a@b.example'", "another") == (
        "sql_failed",
        "mine.example",
        0,
        "SELECT path FROM users WHERE email = '?' [0.000 s, code 497]",
    )
