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
// left out of the file. It also wraps all of it in one `try`, so that a browser that lacks something sees
// no error: only what a page can meet later is guarded here. What every browser since 2020 has, is used
// without asking. Few functions and little state keep the file small, as each name costs bytes.

import { choose, consent, optIn } from "./src/choice.js";
import { guard } from "./src/guard.js";
import { start } from "./src/outbox.js";
import { emit, follow } from "./src/page.js";
import { measureVitals } from "./src/vitals.js";

const stub = self.footfall || 0;
// A page has one script: a second tag counts nothing. For several sites, name them in one data-site.
if (stub.loaded) throw 0;

// `callback` in the options is called once. It gets the answer with its `status`, which is 0 when the event was
// not to be sent, and undefined when it was given up without an answer.
const footfall = (self.footfall = guard((name, options = {}) =>
  name.call
    ? name(footfall)
    : name == "pageview"
      ? follow({ options })
      : emit(name, options),
));
footfall.loaded = 1;
footfall.consent = CONSENT ? consent : () => {};
footfall.optOut = () => choose("out");
footfall.optIn = optIn;

follow({});
if (NOTFOUND && document.querySelector("[name=footfall-status][content='404']"))
  emit("404", { interactive: false });
stub.q?.map((call) => footfall(...call));

// A visitor who followed a link to #footfall=optout or #footfall=optin is asked first.
const wish = location.hash.split("#footfall=opt")[1];
if (wish && confirm("Statistics: opt " + wish + "?")) wish == "out" ? choose(wish) : optIn();

start();
["pushState", "replaceState"].map((name) => {
  const change = history[name];
  history[name] = function () {
    change.apply(this, arguments);
    follow({});
  };
});
"visibilitychange focus blur scroll pagehide pageshow popstate click auxclick submit"
  .split(" ")
  .map((type) => addEventListener(type, follow, 1));
if (VITALS) guard(measureVitals)();
