#!/bin/sh
# Writes the secrets that are not there yet; what is there stays as it is.
set -eu
cd "$(dirname "$0")/secrets"
# The directory keeps others out; the files have to be readable by the users inside the containers.
chmod 700 .
for user in writer analyst; do
  file=clickhouse_${user}_password
  [ -s "$file" ] || (head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n') > "$file"
done
# What the collector's journal is sealed with, and the ledger of erasures.
[ -s encryption_key ] || (head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n') > encryption_key
printf 'http://footfall_writer:%s@clickhouse:8123/footfall' "$(cat clickhouse_writer_password)" > clickhouse_url
chmod 644 encryption_key clickhouse_url clickhouse_*_password
