// Page: what is shown, for how long, and what is told about it.

import { act } from "./actions.js";
import { guard, random } from "./guard.js";
import { exclude, isShown, queue, send, site } from "./outbox.js";
import { takeVitals } from "./vitals.js";

// What is not counted: pages that did not come by http, and the paths named in data-exclude, where "*" is
// any part of one path segment, "**" any part of the path, and "," or " " is between two patterns.
const excluded = RegExp(
  "^(?!http)|^[^/]+//[^/]+(" +
    exclude.replace(/\*\*|\W/g, (found) =>
      found == "*" ? "[^/]*" : found[1] ? ".*" : /[, ]/.test(found) ? "|" : "\\" + found,
    ) +
    ")([?]|$)",
);
const signal = navigator.globalPrivacyControl || navigator.doNotTrack == 1;

let { referrer } = document; // for the first pageview only: on later ones it would name the shop itself
let pageId;
let pageUrl;
let path;
let isActive; // visible and focused
let countedAt; // Date.now() up to which engaged_ms goes
let engaged_ms;
let deepest_px; // of the page's height: the lowest edge of the window so far
let reported_px;

// Tells of one occurrence. `fields` go as the page gave them, our own in the collector's short names.
//
// The address has no fragment, which may hold secrets. With the `hash` feature a route after the # becomes
// the path (/app?x=1#/cart counts as /app/cart?x=1), as the collector drops fragments too.
export const emit = (name, { url = pageUrl, callback, ...fields }) => {
  const address = new URL(url, location).href;
  const href = (
    HASH ? address.replace(/\/?(\?[^#]*)?#!?(\/[^?]*).*/, "$2$1") : address
  ).split("#")[0];
  if (NOTFOUND && name == "404") fields.props = { path: new URL(href).pathname, ...fields.props };
  queue.push([
    // More than fifty would not come from what a visitor does in ten minutes without network.
    queue.length < 50 &&
      !excluded.test(href) &&
      JSON.stringify({
        ...fields,
        n: name,
        u: href.slice(0, 2e3), // the collector takes no more
        d: site,
        k: pageId,
        g: signal,
        b: navigator.webdriver,
        w: screen.width,
        tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
        l: navigator.language,
        id: random(),
      }),
    callback,
  ]);
  send();
};

// Takes note of whatever happens in the page. Called with an event, or with `options` for a pageview that
// the page asked for.
export const follow = guard(({ type, persisted, target, button, options }) => {
  const now = Date.now();
  const isLeaving = type == "pagehide";
  const isSubmit = type == "submit";
  // A page is its path: another query alone is the same page, as the collector keeps only campaign
  // parameters of it. Persisted means back from the back/forward cache.
  const isNew =
    path !=
      (path = HASH
        ? location.pathname + /^#!?\/[^?]*|$/.exec(location.hash)
        : location.pathname) ||
    options ||
    (persisted && !isLeaving);
  engaged_ms += isActive * (now - countedAt);
  countedAt = now;
  deepest_px = Math.max(deepest_px, scrollY + innerHeight);
  isActive = !isLeaving && !document.hidden && document.hasFocus();
  if (!signal && (isNew || !isActive)) {
    // The visitor turns away: tell time and depth, if there is enough to tell.
    const v8 = VITALS && isShown && (isLeaving || document.hidden) && takeVitals();
    if (engaged_ms > 999 || deepest_px > reported_px || (VITALS && v8)) {
      emit("engagement", {
        e: engaged_ms | 0,
        // The height is read now: a page that grew while it was read was seen to a smaller part.
        sd: Math.min(100, (deepest_px * 100) / document.documentElement.scrollHeight | 0),
        ...(VITALS && v8 && { v8 }),
      });
      engaged_ms = 0;
      reported_px = deepest_px;
    }
  }
  if (isNew) {
    ({ url: pageUrl = location.href } = options || 0);
    pageId = random();
    engaged_ms = deepest_px = 0;
    reported_px = innerHeight; // what is seen without scrolling is no news
    emit("pageview", { ...options, r: referrer || null });
    referrer = 0;
  }
  send(isLeaving);
  // The middle button (1) opens a link, too; the right one (2) a menu.
  if (isSubmit || button < 2) act(target, isSubmit);
});
