// Page: what is shown, for how long, and what is told about it.

import { attempt, random } from "./guard.js";
import { enqueue, exclude, isShown, site } from "./outbox.js";
import { takeVitals } from "./vitals.js";

// "*" is any part of one path segment, "**" any part of the path, "," is between two patterns.
const excluded = RegExp(
  "^(" +
    exclude.replace(
      /\*\*|\W/g,
      (found) => ({ ",": "|", " ": "", "*": "[^/]*", "**": ".*" })[found] ?? "\\" + found,
    ) +
    ")$",
);
const signal = navigator.globalPrivacyControl || navigator.doNotTrack == 1;

let pageId;
let pageUrl;
let path;
let isActive; // visible and focused
let countedAt; // performance.now() up to which engaged_ms goes
let engaged_ms;
let deepest_px; // of the page's height: the lowest edge of the window so far
let reported_px;

// The address as it is counted: no fragment, which may hold secrets. With the `hash` feature a route after
// the # becomes the path (/app#/cart counts as /app/cart), as the collector drops fragments too.
const address = (url = location) => {
  const counted = new URL(url, location);
  if (HASH) {
    const route = /^#!?(\/[^?]*)/.exec(counted.hash);
    if (route) counted.pathname = counted.pathname.replace(/\/$/, "") + route[1];
  }
  counted.hash = "";
  return counted;
};

// Tells of one occurrence, in the short field names of the collector. `more` is what only some events have.
export const emit = (name, { url, props, revenue, interactive, callback } = {}, more) => {
  const { href, pathname, protocol } = address(url);
  if (NOTFOUND && name == "404") props = { path: pathname, ...props };
  enqueue(
    /^http/.test(protocol) &&
      !excluded.test(pathname) &&
      JSON.stringify({
        n: name,
        u: href.slice(0, 2e3), // the collector takes no more
        d: site,
        p: props,
        $: revenue,
        i: interactive,
        k: pageId,
        g: signal,
        b: navigator.webdriver,
        w: screen.width,
        tz: attempt(() => Intl.DateTimeFormat().resolvedOptions().timeZone),
        l: navigator.language,
        id: random(),
        ...more,
      }),
    callback,
  );
};

// Adds up time and depth, and tells them when the visitor turns away, if there is enough to tell.
export const engage = (isLeaving) => {
  const now = performance.now();
  if (isActive) engaged_ms += now - countedAt;
  countedAt = now;
  deepest_px = Math.max(deepest_px, scrollY + innerHeight);
  isActive = !isLeaving && !document.hidden && document.hasFocus();
  if (isActive || signal) return;
  const measured = {
    e: engaged_ms | 0,
    // The height is read now: a page that grew while it was read was seen to a smaller part.
    sd: Math.min(100, (deepest_px * 100) / document.documentElement.scrollHeight | 0),
  };
  if (VITALS && isShown && (isLeaving || document.hidden)) measured.v8 = takeVitals();
  if (engaged_ms > 999 || deepest_px > reported_px || (VITALS && measured.v8)) {
    emit("engagement", { url: pageUrl }, measured);
    engaged_ms = 0;
    reported_px = deepest_px;
  }
};

// Counts a pageview, after what the visitor did on the page before it. Only a document's first one has a
// referrer: later ones would name the shop itself.
export const view = (options, referrer) => {
  engage(1);
  pageId = random();
  pageUrl = options.url || location.href;
  path = address().pathname;
  engaged_ms = deepest_px = 0;
  reported_px = innerHeight; // what is seen without scrolling is no news
  emit("pageview", options, { r: referrer || null });
  engage();
};

// A route is its path: a change of the query alone is the same page, as the collector keeps only campaign
// parameters of it.
export const route = () => path != address().pathname && view({});

export const watchRoutes = () =>
  ["pushState", "replaceState"].map((name) => {
    const change = history[name];
    history[name] = function () {
      change.apply(this, arguments);
      attempt(route);
    };
  });
