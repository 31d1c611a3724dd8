-- beacons: what wrk sends: beacons of many visitors and pages, made ahead of time but for the id.
-- Arguments: number of visitors; a word that makes the ids of this run its own; beacons a second, 0 for as many
-- as are answered; the site.  Prints one JSON line at the end.

local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long s; long ns; } timespec_t;
  int clock_gettime(int clock, timespec_t *time);
]]
local time = ffi.new("timespec_t")

local headers, bodies = {}, {}
local count, sent, run = 0, 0, ""
local gap_ms, due_ms = 0, 0
local agents = {}
-- First octets of networks that people have at home and on phones, so that the city database finds most of them.
local nets = {5, 31, 37, 46, 62, 77, 78, 81, 82, 84, 85, 86, 88, 89, 91, 94, 95, 109, 176, 178, 185, 188, 212, 213}

for line in io.lines(os.getenv("BENCH_AGENTS")) do agents[#agents + 1] = line end

local function now_ms()
  ffi.C.clock_gettime(1, time)
  return tonumber(time.s) * 1000 + tonumber(time.ns) / 1e6
end

function init(args)
  count, run = tonumber(args[1]), args[2]
  local per_s, site = tonumber(args[3]), args[4]
  if per_s > 0 then gap_ms = 1000 / per_s else delay = nil end
  for i = 1, count do
    local mixed = i * 7919
    local address = string.format("%d.%d.%d.%d", nets[i % #nets + 1], mixed % 251, mixed % 241, i % 250 + 1)
    headers[i] = {
      ["Content-Type"] = "text/plain",
      ["Accept-Language"] = "az,en;q=0.8",
      ["User-Agent"] = agents[i % #agents + 1],
      ["X-Forwarded-For"] = address,
    }
    bodies[i] = string.format(
      '{"n":"pageview","u":"https://%s/etir/%d?utm_source=instagram","d":"%s",' ..
      '"r":"https://www.google.com/","w":390,"tz":"Asia/Baku","l":"az","k":"%032x","id":"',
      site, i % 100, site, i)
  end
end

-- Each beacon has its time; one that is late goes at once, so that a slow answer lowers no rate.
function delay()
  if due_ms == 0 then due_ms = now_ms() end
  due_ms = due_ms + gap_ms
  return math.max(0, math.floor(due_ms - now_ms()))
end

function request()
  sent = sent + 1
  local i = sent % count + 1
  return wrk.format("POST", "/api/event", headers[i], bodies[i] .. run .. sent .. '"}')
end

function done(summary, latency, requests)
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %.3f, "refused": %d, "p50_ms": %.3f, "p95_ms": %.3f, "p99_ms": %.3f}\n',
    summary.requests, summary.duration / 1e6,
    summary.errors.status + summary.errors.read + summary.errors.connect + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000))
end
