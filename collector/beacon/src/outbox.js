// Outbox: events on their way to the collector, oldest first, in memory until it answered.

import { choice, recall } from "./choice.js";
import { guard } from "./guard.js";

export const {
  src,
  dataset: { site, exclude = "", api = new URL("/api/event", src) },
} = document.currentScript;

export const queue = []; // what deliver() takes
let isBusy = 1; // an event is on its way, or waits for its next attempt; at first, until start()
export let isShown; // the page was visible at some time

// The consent id is added here, so that a resend does not carry one that was withdrawn meanwhile.
const withChoice = (body) =>
  choice ? '{"c":' + JSON.stringify(choice) + "," + body.slice(1) : body;

// Sends one event, `body` being false when it is not to be sent, and then the next one.
const deliver = async ([body, callback, since = Date.now()]) => {
  isBusy = 1;
  recall();
  // A string goes as text/plain, which needs no preflight. Where fetch cannot outlive its page sendBeacon
  // does, which tells only that the browser took the event: 202. A page's own fetch may answer anything.
  let answer = {};
  try {
    answer =
      (await (body && choice != "out"
        ? "keepalive" in Request.prototype
          ? fetch(api, {
              method: "POST",
              keepalive: 1,
              credentials: "omit",
              body: CONSENT ? withChoice(body) : body,
            })
          : { status: navigator.sendBeacon(api, CONSENT ? withChoice(body) : body) && 202 }
        : { status: 0 })) || {};
  } catch {}
  const elapsed_ms = Date.now() - since;
  // As long again as it has been tried: after 2 s, 4 s, 8 s, …
  const wait_ms = answer.headers?.get("Retry-After") * 1e3 || 2e3 + elapsed_ms;
  // Again after undefined or false (it did not arrive), 429 and 5xx, within the ten minutes in which the collector
  // knows a repeat.
  if (/f|29|5../.test(answer.status) && elapsed_ms + wait_ms < 6e5) {
    queue.unshift([body, callback, since]);
    setTimeout(start, wait_ms);
  } else {
    guard(callback)(answer);
    start();
  }
};

// Sends what waits, one event after the other so that their order stays; all at once when the page is going away.
// Nothing leaves before the page was visible: it may be prerendered, or opened in the background and never looked at.
export const send = (isLeaving) =>
  (isShown |= !document.hidden) && queue.splice(0, isLeaving ? 99 : 1 - isBusy).map(deliver);

// Lets events leave. What was called before the script came is done by then: an opt-out or a consent
// holds for the first pageview, too.
export const start = () => {
  isBusy = 0;
  send();
};
