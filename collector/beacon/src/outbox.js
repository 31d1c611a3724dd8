// Outbox: events on their way to the collector, oldest first, in memory until it answered.

import { choice, isOptedOut } from "./choice.js";
import { attempt } from "./guard.js";

const tag = document.currentScript;
export const { site, exclude = "", api = new URL("/api/event", tag.src) } = tag.dataset;

const queue = []; // [body, callback], the body false when it is not to be sent
export let isShown;
let isBusy = 1; // until start()
let waiting; // the body that is between two attempts

// A string goes as text/plain, which needs no preflight. Where fetch cannot outlive its page sendBeacon
// does, which tells only that the browser took the event: 202.
const post = (body) => {
  // The consent id is added here, so that a resend does not carry one that was withdrawn meanwhile.
  if (CONSENT && choice()) body = '{"c":' + JSON.stringify(choice()) + "," + body.slice(1);
  return self.fetch && "keepalive" in Request.prototype
    ? fetch(api, { method: "POST", keepalive: true, credentials: "omit", body })
    : { status: navigator.sendBeacon(api, body) && 202 };
};

// Sends one event after the other, so that their order stays. Nothing leaves before the page was visible:
// it may be prerendered, or opened in the background and never looked at.
export const send = async () => {
  isShown = isShown || !document.hidden;
  if (isBusy || !isShown) return;
  isBusy = 1;
  for (let item; (item = queue.shift()); ) {
    const [body, callback] = item;
    const until = Date.now() + 6e5; // the collector knows a repeat for ten minutes
    let pause_ms = 1e3;
    let status = 0;
    let retryAfter_s = 0;
    while (body && !isOptedOut() && Date.now() < until) {
      try {
        const answer = await post(body);
        status = answer.status;
        if (status && status < 500 && status != 429) break;
        retryAfter_s = answer.headers.get("Retry-After");
      } catch {}
      waiting = body;
      await new Promise((done) => setTimeout(done, Math.max((pause_ms *= 2), retryAfter_s * 1e3)));
      waiting = 0;
    }
    attempt(() => callback({ status }));
  }
  isBusy = 0;
};

// Sends all that waits at once, without hearing how it went: the page is going away.
export const sendAll = () =>
  isShown &&
  !isOptedOut() &&
  [[waiting], ...queue.splice(0)].map(async ([body]) => {
    try {
      body && (await post(body));
    } catch {}
  });

// Lets events leave. What was called before the script came is done by then: an opt-out or a consent
// holds for the first pageview, too.
export const start = () => {
  isBusy = 0;
  send();
};

// `callback` gets {status} once: the answer's, or 0 when the event was not sent or given up. At most 50 events wait,
// more than a visitor makes in ten minutes without network.
export const enqueue = (body, callback) => {
  if (queue.length > 49) return attempt(() => callback({ status: 0 }));
  queue.push([body, callback]);
  send();
};
