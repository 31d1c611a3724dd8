// Page: what is shown, and for how long.

import { act } from "./actions.js";
import { addressOf, emit, send } from "./event.js";
import { guard, random } from "./guard.js";
import { vitals } from "./vitals.js";

export const signal = navigator.globalPrivacyControl || navigator.doNotTrack == 1;
export let pageId;
export let pageUrl;

let { referrer } = document; // for the first pageview only: on later ones it would name the shop itself
let untold = VITALS && !document.hidden ? vitals : null; // the vitals, until they are told: once
let path;
let activeSince; // Date.now() from which on the page is visible and focused, false while it is not
let deepest_px; // of the page's height: the lowest edge of the window so far

// Takes note of whatever happens in the page. Called with an event, or with `options` for a pageview that
// the page asked for.
export const follow = guard(({ type, persisted, target, button, options } = {}) => {
  const now = Date.now();
  const isActive = !document.hidden && document.hasFocus();
  // A page is its path: another query alone is the same page, as the collector keeps only campaign
  // parameters of it. Persisted means back from the back/forward cache.
  const isNew =
    path != (path = (HASH ? addressOf(location) : location).pathname) || options || persisted;
  deepest_px = Math.max(deepest_px, scrollY + innerHeight);
  const v8 = VITALS && document.hidden ? untold : null;
  if (!signal && (isNew || !isActive) && (activeSince || (VITALS && v8))) {
    // The visitor turns away.
    emit("engagement", {
      e: VITALS ? now - (activeSince || now) : now - activeSince,
      // The height is read now: a page that grew while it was read was seen to a smaller part.
      sd: Math.min(100, (deepest_px * 100) / document.documentElement.scrollHeight | 0),
      ...(VITALS && { v8 }),
    });
    activeSince = 0;
    if (VITALS && v8) untold = null;
  }
  activeSince = isActive && (activeSince || now);
  if (isNew) {
    pageUrl = options?.url || location.href;
    pageId = random();
    deepest_px = 0;
    emit("pageview", { ...options, r: referrer });
    referrer = null;
  }
  send();
  // The middle button (1) opens a link, too; the right one (2) a menu.
  if (ELEMENTS || FORMS || OUTBOUND || DOWNLOADS)
    if (button < 2 || ((ELEMENTS || FORMS) && type == "submit")) act(target, type == "submit");
});
