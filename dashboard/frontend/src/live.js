// Live: who is there now, as the server says it, and figures that keep up with it.

import { refresh } from "./navigation.js";
import { say } from "./said.js";
import { follow } from "./regions.js";

const GROUP = "\u202f";
const ROWS = 6;
const WINDOW_MINUTES = 5;
// Figures are read again at most this often while visitors come: a page's queries cost something.
const REFRESH_EVERY_MS = 2000;
// The browser tries again by itself after a lost connection, but not after an answer of refusal.
const RETRY_MS = 5000;
const SPOKEN_EVERY_MS = 60_000;
const SLIDE_MS = 160;

let counted = null; // what the last message said, to see whether figures may have changed
let latest = null;
let refreshedAt = 0;
let refreshTimer = null;
let spokenAt = 0;

export function startLive() {
  const main = document.querySelector("main[data-live]");
  if (!main) return;
  connect(main.dataset.live);
  follow((region) => region.id === "live-row" && latest && rows(latest));
  document.addEventListener("visibilitychange", () => document.hidden || later());
}

export function connect(address, onLive = update) {
  const source = new EventSource(address);
  source.addEventListener("open", () => lost(false));
  source.addEventListener("live", (event) => {
    lost(false);
    onLive(JSON.parse(event.data), source);
  });
  source.addEventListener("error", () => {
    lost(true);
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(() => connect(address, onLive), RETRY_MS);
    }
  });
}

function update(live) {
  latest = live;
  for (const place of document.querySelectorAll("[data-live-count]")) {
    write(place, whole(live.visitors));
  }
  minutes(live);
  rows(live);
  write(document.querySelector("[data-live-at]"), live.at.slice(11, 19));
  speak(live);
  const now = JSON.stringify([live.visitors, live.pageviews_per_minute]);
  if (counted !== null && counted !== now) later();
  counted = now;
}

function lost(isLost) {
  document.querySelector(".live-lost")?.toggleAttribute("hidden", !isLost);
  document.getElementById("live-pill")?.classList.toggle("is-lost", isLost);
}

function later() {
  const isOpen = document.querySelector("#heading[data-today=true]");
  if (refreshTimer || document.hidden || !isOpen) return;
  const wait = Math.max(0, refreshedAt + REFRESH_EVERY_MS - performance.now());
  refreshTimer = setTimeout(async () => {
    refreshedAt = performance.now();
    await refresh();
    refreshTimer = null;
  }, wait);
}

function minutes(live) {
  const figure = document.querySelector("[data-live-minutes]");
  const values = live.pageviews_per_minute;
  const most = Math.max(1, ...values);
  figure.querySelectorAll("rect").forEach((bar, index) => {
    const height = (100 * (values[index] ?? 0)) / most;
    bar.setAttribute("y", `${100 - height}%`);
    bar.setAttribute("height", `${height}%`);
    if (index < values.length - 1) {
      bar.classList.toggle("m-old", index < values.length - WINDOW_MINUTES);
    }
  });
  const sum = values.reduce((total, value) => total + value, 0);
  figure.setAttribute(
    "aria-label",
    `Pageviews per minute, last 30 minutes: ${whole(sum)} in all, at most ${whole(most)} in a minute.`,
  );
  write(document.querySelector("[data-live-from]"), clock(live.at, 1 - values.length));
  write(document.querySelector("[data-live-minute]"), clock(live.at, 0));
}

function rows(live) {
  const body = document.querySelector("[data-live-rows]");
  const template = document.getElementById("live-row");
  const old = new Map([...body.rows].map((row) => [row.dataset.path, row]));
  const from = new Map([...old].map(([path, row]) => [path, row.getBoundingClientRect().top]));
  const most = live.paths[0]?.visitors ?? 1;
  const fresh = live.paths.slice(0, ROWS).map(({ path, visitors }) => {
    const row = old.get(path) ?? made(template, path);
    row.querySelector("a").href = address(template, path);
    row.querySelector(".bar-svg rect:last-child")?.setAttribute("width", `${(100 * visitors) / most}%`);
    write(row.querySelector("td"), whole(visitors));
    return row;
  });
  if (fresh.some((row, index) => body.rows[index] !== row) || fresh.length !== body.rows.length) {
    const active = document.activeElement;
    body.replaceChildren(...fresh);
    if (body.contains(active)) active.focus({ preventScroll: true });
    slide(fresh, from);
  }
  document.querySelector(".live-none").hidden = fresh.length > 0;
}

function made(template, path) {
  const row = template.content.firstElementChild.cloneNode(true);
  row.dataset.path = path;
  const link = row.querySelector("a");
  link.title = path;
  link.dataset.key = `live:${path}`;
  link.querySelector("span").textContent = path;
  return row;
}

/** The address that filters by a path; in it `\` and `|` are escaped, as filters want it. */
function address(template, path) {
  const escaped = path.replaceAll("\\", "\\\\").replaceAll("|", "\\|");
  const { href } = template.dataset;
  const end = href.lastIndexOf("~PATH~");
  return href.slice(0, end) + encodeURIComponent(escaped) + href.slice(end + "~PATH~".length);
}

function slide(fresh, from) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const row of fresh) {
    const before = from.get(row.dataset.path);
    const moved = before === undefined ? 0 : before - row.getBoundingClientRect().top;
    if (moved) {
      row.animate([{ transform: `translateY(${moved}px)` }, { transform: "none" }], {
        duration: SLIDE_MS,
        easing: "ease-out",
      });
    }
  }
}

/** Say the count at most once a minute, and only to somebody who is in the panel. */
function speak(live) {
  const panel = document.getElementById("live");
  if (!panel?.contains(document.activeElement)) return;
  if (performance.now() - spokenAt < SPOKEN_EVERY_MS) return;
  spokenAt = performance.now();
  say(`${whole(live.visitors)} visitors in the last five minutes`);
}

function write(place, text) {
  if (place && place.textContent !== text) place.textContent = text;
}

function whole(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, GROUP);
}

/** The time of day of `at`, in the zone it is written in, some minutes on. */
function clock(at, minutes) {
  const [hours, minute] = at.slice(11, 16).split(":").map(Number);
  const total = (hours * 60 + minute + minutes + 1440) % 1440;
  return [Math.floor(total / 60), total % 60].map((part) => String(part).padStart(2, "0")).join(":");
}
