-- beacons: what wrk sends: beacons of many visitors and pages, made ahead of time but for the id.
-- Arguments: number of visitors; a word that makes the ids of this run its own.  Prints one JSON line at the end.

local headers, bodies = {}, {}
local count, sent, run = 0, 0, ""
local agents = {}

for line in io.lines(os.getenv("BENCH_AGENTS")) do agents[#agents + 1] = line end

function init(args)
  count, run = tonumber(args[1]), args[2]
  for i = 1, count do
    local address = string.format("198.51.%d.%d", math.floor(i / 250) % 256, i % 250 + 1)
    headers[i] = {
      ["Content-Type"] = "text/plain",
      ["Accept-Language"] = "az,en;q=0.8",
      ["User-Agent"] = agents[i % #agents + 1],
      ["X-Forwarded-For"] = address,
    }
    bodies[i] = string.format(
      '{"n":"pageview","u":"https://shop.example/etir/%d?utm_source=instagram","d":"shop.example",' ..
      '"r":"https://www.google.com/","w":390,"tz":"Asia/Baku","l":"az","k":"%032x","id":"',
      i % 100, i)
  end
end

function request()
  sent = sent + 1
  local i = sent % count + 1
  return wrk.format("POST", "/api/event", headers[i], bodies[i] .. run .. sent .. '"}')
end

function done(summary, latency, requests)
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %.3f, "refused": %d, "p50_ms": %.3f, "p99_ms": %.3f}\n',
    summary.requests, summary.duration / 1e6,
    summary.errors.status + summary.errors.read + summary.errors.connect + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
