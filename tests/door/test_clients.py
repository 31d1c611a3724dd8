"""Promise: the ClickHouse clients that people have connect to the door as to a server."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from urllib.parse import quote

import clickhouse_connect
import pandas
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError
from sqlalchemy import MetaData, Table, create_engine, func, inspect, select, text

from tests.door import node_client
from tests.door.door_server import TOKEN_NAME, DoorServer

_BY_PATH = "SELECT path, count() AS n FROM events GROUP BY path ORDER BY path"
_PATHS = [("/", 1), ("/checkout", 1), ("/pricing", 5)]


@pytest.fixture(scope="module", params=["lz4", "zstd", "gzip", False], ids=str)
def client(request: pytest.FixtureRequest, door: DoorServer) -> Iterator[Client]:
    """Return clickhouse-connect's client, once for each compression."""
    connected = clickhouse_connect.get_client(
        host="127.0.0.1",
        port=door.port,
        proxy_path="/clickhouse",
        username=TOKEN_NAME,
        password=door.mine,
        database="footfall",
        compress=request.param,
    )
    yield connected
    connected.close()


def test_clickhouse_connect_reads_rows(client: Client) -> None:
    assert [tuple(row) for row in client.query(_BY_PATH).result_rows] == _PATHS


def test_clickhouse_connect_binds_parameters_on_the_server(client: Client) -> None:
    found = client.query(
        "SELECT path FROM events WHERE visitor IN {few:Array(UInt64)} AND name = {name:String}",
        parameters={"few": [1, 6], "name": "Purchase"},
    )

    assert found.result_rows == [("/checkout",)]


def test_clickhouse_connect_makes_a_data_frame(client: Client) -> None:
    frame = client.query_df(_BY_PATH)

    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.itertuples(index=False, name=None)) == _PATHS


def test_clickhouse_connect_makes_an_arrow_table(client: Client) -> None:
    table = client.query_arrow(_BY_PATH, use_strings=True)

    assert table.to_pydict() == {"path": ["/", "/checkout", "/pricing"], "n": [1, 1, 5]}


def test_clickhouse_connect_streams_blocks(client: Client) -> None:
    with client.query_row_block_stream("SELECT number FROM numbers(300000)") as blocks:
        assert sum(len(block) for block in blocks) == 300_000


def test_clickhouse_connect_takes_settings_and_commands(client: Client) -> None:
    rows = client.query("SELECT 1 AS a, NULL AS b", settings={"max_threads": 1}).result_rows

    assert [tuple(row) for row in rows] == [(1, None)]
    assert client.command("SELECT count() FROM sessions") == 6


def test_clickhouse_connect_gets_the_engines_code(client: Client) -> None:
    with pytest.raises(DatabaseError, match="code: 497") as refused:
        client.query("SELECT * FROM users")

    assert "read events, sessions, daily, dropped" in str(refused.value)


def test_clickhouse_connect_notices_an_error_in_the_midst_of_an_answer(client: Client) -> None:
    question = "SELECT throwIf(number = 3000000), toString(number) FROM numbers(4000000)"

    with (
        pytest.raises(Exception, match="throwIf"),
        client.query_row_block_stream(question) as blocks,
    ):
        for _ in blocks:
            pass


def test_sqlalchemy_reflects_and_reads_the_views(door: DoorServer) -> None:
    address = f"clickhousedb://{TOKEN_NAME}:{quote(door.mine)}@127.0.0.1:{door.port}/footfall"
    engine = create_engine(address, connect_args={"proxy_path": "/clickhouse"})
    try:
        with engine.connect() as connection:
            views = ["daily", "dropped", "events", "sessions"]
            assert sorted(inspect(engine).get_view_names()) == views
            assert sorted(inspect(engine).get_table_names()) == views
            events = Table("events", MetaData(), autoload_with=engine)
            counted = select(events.c.path, func.count()).group_by(events.c.path)
            rows = connection.execute(counted.order_by(events.c.path)).all()
            named = connection.execute(
                text("SELECT path FROM events WHERE name = :name"), {"name": "Purchase"}
            ).all()
    finally:
        engine.dispose()

    assert [tuple(row) for row in rows] == _PATHS
    assert [tuple(row) for row in named] == [("/checkout",)]


def test_the_client_for_node_asks_streams_and_gets_typed_errors(door: DoorServer) -> None:
    assert node_client.ask(door.url, TOKEN_NAME, door.mine) == {
        "ping": {"success": True},
        "queryId": "node-1",
        "rows": [{"path": "/checkout", "n": 1}, {"path": "/pricing", "n": 1}],
        "streamed": 300_000,
        "refused": {"code": "497", "type": "ACCESS_DENIED"},
        "late": {"code": "395", "type": "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO"},
        "lateCompressed": {"code": "395", "type": "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO"},
        "waited": [{"n": 30_000_000}],
        "hasProgress": True,
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ["-u", "{user}:{token}", "--data-binary", "{query}"],
        ["-H", "X-ClickHouse-User: {user}", "-H", "X-ClickHouse-Key: {token}", "-d", "{query}"],
        ["-H", "Authorization: Bearer {token}", "-G", "--data-urlencode", "query={query}"],
        ["--compressed", "-u", "default:{token}", "-F", "query={query}"],
    ],
    ids=["basic", "headers", "bearer", "form"],
)
def test_curl_asks_in_each_of_the_ways_it_can(door: DoorServer, arguments: list[str]) -> None:
    filled = [each.format(user=TOKEN_NAME, token=door.mine, query=_BY_PATH) for each in arguments]
    address = f"{door.url}?default_format=CSVWithNames&enable_http_compression=1"

    done = subprocess.run(
        ["curl", "--silent", "--fail-with-body", *filled, address], capture_output=True, check=True
    )

    assert done.stdout == b'"path","n"\n"/",1\n"/checkout",1\n"/pricing",5\n'
