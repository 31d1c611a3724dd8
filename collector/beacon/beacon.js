// Beacon script: tells the collector what was looked at, and stores nothing in the browser unless the
// visitor wishes it.
//
// A page that wants to call `footfall(…)` before this file has arrived puts a stub first:
//
//   window.footfall=window.footfall||function(){(footfall.q=footfall.q||[]).push(arguments)}
//
// and, if it also calls `footfall.consent`, `.optOut` or `.optIn` early, this one instead:
//
//   window.footfall=window.footfall||(f=>(f=function(){(f.q=f.q||[]).push(arguments)},
//     ["consent","optOut","optIn"].map(m=>f[m]=a=>f(g=>g[m](a))),f))()
//
// A call whose first argument is a function runs it with the loaded `footfall`, so both stubs keep one queue.
//
// build.mjs replaces the names in capitals (VITALS, OUTBOUND, …) by true or false, and what is false is
// left out of the file. Names that end in _ are shortened.

import { act } from "./src/actions.js";
import { answerLink, consent, optIn, optOut } from "./src/choice.js";
import { attempt } from "./src/guard.js";
import { send, sendAll, start } from "./src/outbox.js";
import { emit, engage, route, view, watchRoutes } from "./src/page.js";
import { measureVitals } from "./src/vitals.js";

const footfall = (name, options) =>
  attempt(() =>
    name.call ? name(footfall) : name == "pageview" ? view(options || {}) : emit(name, options),
  );

const follow = ({ type, persisted, target, button }) => {
  const isLeaving = type == "pagehide";
  route(); // a page may have kept us from hearing of it
  engage(isLeaving);
  isLeaving ? sendAll() : send();
  if (type == "pageshow" && persisted) view({}); // back from the back/forward cache
  // The middle button (1) opens a link, too; the right one (2) a menu.
  if (/k$|submit/.test(type) && button != 2) act(target, type == "submit");
};

const stub = window.footfall || {};
// A page has one script: a second tag counts nothing. For several sites, name them in one data-site.
if (!stub.loaded) {
  window.footfall = Object.assign(footfall, { loaded: 1, consent, optOut, optIn });
  view({}, document.referrer);
  if (NOTFOUND && document.querySelector("meta[name=footfall-status][content='404']"))
    emit("404", { interactive: false });
  (stub.q || []).map((call) => footfall(...call));
  answerLink();
  start();
  watchRoutes();
  "visibilitychange focus blur scroll pagehide pageshow popstate click auxclick submit"
    .split(" ")
    .map((type) => addEventListener(type, (event) => attempt(() => follow(event)), true));
  if (VITALS) attempt(measureVitals);
}
