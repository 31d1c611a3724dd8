#!/bin/bash
# Starts ClickHouse with the passwords of its users, read from the secrets, in its environment.
set -eu
CLICKHOUSE_WRITER_PASSWORD=$(cat /run/secrets/clickhouse_writer_password)
CLICKHOUSE_ANALYST_PASSWORD=$(cat /run/secrets/clickhouse_analyst_password)
export CLICKHOUSE_WRITER_PASSWORD CLICKHOUSE_ANALYST_PASSWORD
exec /entrypoint.sh "$@"
