// Event: what is told of one occurrence, and its way to the collector.
//
// Events wait in memory, oldest first, until the collector answered. One function holds all of it: every
// name that crosses from one to another costs bytes.

import { recall } from "./choice.js";
import { guard, random } from "./guard.js";
import { pageId, pageUrl, signal } from "./page.js";

const {
  src,
  dataset: { site, exclude = "", api = new URL("/api/event", src) },
} = document.currentScript;

// data-exclude: "*" is any part of a path, "," is between two; the rest is as in a regular expression.
const excluded = RegExp("^(" + exclude.replaceAll("*", ".*").replaceAll(",", "|") + ")$");

const queue = [];
let isBusy = 1; // an event is on its way, or waits for its next attempt; at first, until start()
let isShown; // the page was visible at some time

// Returns an address as a URL. With the `hash` feature a route after the # becomes the path
// (/app?x=1#/cart counts as /app/cart?x=1), as the collector drops fragments.
export const addressOf = (url) =>
  HASH
    ? new URL(new URL(url, location).href.replace(/\/?(\?.*)?#!?(\/[^?]*).*/, "$2$1"))
    : new URL(url, location);

// Tells of one occurrence. `fields` go as the page gave them, our own in the collector's short names.
// `callback` is called once with {status}: the collector's answer; 503 when it was given up; undefined
// when it was not to be sent, or where the browser does not say.
export const emit = (name, { url = pageUrl, callback, ...fields }) => {
  const { href, host, pathname } = addressOf(url);
  const since = Date.now();
  // Text from now on: what the page changes later is not what happened. A page without host is a file.
  const body =
    host &&
    !excluded.test(pathname) &&
    JSON.stringify({
      ...fields,
      n: name,
      u: href.split("#")[0].slice(0, 2e3), // a fragment may hold secrets; the collector takes no more
      d: site,
      k: pageId,
      g: signal,
      b: navigator.webdriver,
      w: screen.width,
      tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
      id: random(),
    });
  const attempt = async () => {
    isBusy = 1;
    let status = 503;
    try {
      const choice = recall();
      // The consent id is added here, so that a resend does not carry one that was withdrawn meanwhile.
      const data = CONSENT && choice ? `{"c":"${choice}",${body.slice(1)}` : body;
      // A string goes as text/plain, which needs no preflight. Where fetch cannot outlive its page
      // sendBeacon does. Cookies go to the shop's own origin only (fetch's default, "same-origin").
      ({ status } = await (body &&
        (STRICT ? choice && choice != "out" : choice != "out") &&
        ("keepalive" in Request.prototype
          ? fetch(api, { method: "POST", keepalive: true, body: data })
          : navigator.sendBeacon(api, data))));
    } catch {}
    const elapsed_ms = Date.now() - since;
    // Waits as long again as it has been tried, after 2 s, 4 s, 8 s, …: the last attempt is made within
    // the ten minutes in which the collector knows a repeat.
    if (status > 428 && elapsed_ms < 298e3) {
      queue.unshift(attempt);
      setTimeout(start, elapsed_ms + 2e3);
    } else {
      guard(callback)({ status });
      start();
    }
  };
  queue.push(attempt);
  send();
};

// Sends what waits, one event after the other so that their order stays; all at once when the page is hidden,
// as it may never be seen again. Nothing leaves before the page was visible: it may be prerendered, or
// opened in the background and never looked at.
export const send = () =>
  (isShown ||= !document.hidden) &&
  queue.splice(0, document.hidden ? 99 : 1 - isBusy).map((attempt) => attempt());

// Lets events leave. What was called before the script came is done by then: an opt-out or a consent
// holds for the first pageview, too.
export const start = () => {
  isBusy = 0;
  send();
};
