// Asks the door as Node programs do and prints what came, as JSON: ask.mjs URL USER TOKEN
import { createClient } from "@clickhouse/client";

const [url, username, password] = process.argv.slice(2);
const { origin, pathname } = new URL(url);
const options = { url: origin, pathname, username, password, database: "footfall" };
const client = createClient({ ...options, compression: { response: true } });
const plain = createClient(options);

const rows = await client.query({
  query: "SELECT path, count() AS n FROM events WHERE visitor = {v:UInt64} GROUP BY path ORDER BY path",
  query_params: { v: 1 },
  format: "JSONEachRow",
  query_id: "node-1",
});
const answered = { ping: await client.ping(), queryId: rows.query_id, rows: await rows.json() };

const stream = (
  await client.query({ query: "SELECT number FROM numbers(300000)", format: "JSONCompactEachRow" })
).stream();
answered.streamed = 0;
for await (const part of stream) answered.streamed += part.length;

const late = "SELECT throwIf(number = 3000000), number FROM numbers(4000000)";
const failures = {
  refused: [plain, "SELECT * FROM users"],
  late: [plain, late],
  lateCompressed: [client, late],
};
for (const [name, [asking, query]] of Object.entries(failures)) {
  try {
    const result = await asking.query({ query, format: "JSONCompactEachRow" });
    for await (const part of result.stream()) part;
  } catch (error) {
    answered[name] = { code: error.code, type: error.type };
  }
}

// As a client asks that waits for long.
const patient = createClient({
  ...options,
  clickhouse_settings: { send_progress_in_http_headers: 1, wait_end_of_query: 1 },
});
const waited = await patient.query({
  query: "SELECT count() AS n FROM numbers(30000000) WHERE sipHash128(number) != 'x'",
  format: "JSONEachRow",
});
answered.waited = await waited.json();
answered.hasProgress = "x-clickhouse-progress" in waited.response_headers;

for (const each of [client, plain, patient]) await each.close();
console.log(JSON.stringify(answered));
