// Beacon script: tells the collector what was looked at, and stores nothing in the browser unless the
// visitor wishes it.
//
// A page that wants to call `footfall(…)` before this file has arrived puts a stub first:
//
//   window.footfall=window.footfall||function(){(footfall.q=footfall.q||[]).push(arguments)}
//
// A call whose first argument is a function runs it with the loaded `footfall`, so that an early consent or
// opt-out needs no other stub: footfall((loaded) => loaded.optOut()).
//
// build.mjs replaces the names in capitals (VITALS, OUTBOUND, …) by true or false, and what is false is
// left out of the file. It also puts all of it into one `try`, so that a browser that lacks something sees
// no error: only what a page can meet later is guarded here. What every browser since 2020 has, is used
// without asking. Few functions and little state keep the file small, as each name costs bytes.

// In this order the file is packed smallest.
import { choose, consent } from "./src/choice.js";
import { guard } from "./src/guard.js";
import { follow, pageId } from "./src/page.js";
import { emit, start } from "./src/event.js";
import { measureVitals } from "./src/vitals.js";

const stub = self.footfall || 0;
// A page has one script: a second tag counts nothing. For several sites, name them in one data-site.
if (stub.optIn) throw 0;

const footfall = (self.footfall = guard((name, options = {}) =>
  name.call
    ? name(footfall)
    : name == "pageview"
      ? follow({ options })
      : emit(name, options),
));
// In this order, too, it is packed smallest.
footfall.optIn = () => choose();
footfall.optOut = () => choose("out");
// The page's id, which a link to the privacy page may carry as proof: /privacy/SITE#page=ID.
footfall.page = () => pageId;
footfall.consent = CONSENT ? consent : () => {};

follow();
if (NOTFOUND && document.getElementsByName("footfall-status")[0]?.content == 404)
  emit("404", { interactive: false });
stub.q?.map((call) => footfall(...call));

// A visitor who followed a link to #footfall=optout or #footfall=optin is asked first.
const wish = location.hash.split("#footfall=opt")[1];
if (wish && confirm("Statistics: opt " + wish + "?")) choose(wish == "out" && wish);

start();
["pushState", "replaceState"].map((name) => {
  const change = history[name];
  history[name] = (...given) => {
    change.apply(history, given);
    follow();
  };
});
(
  "visibilitychange focus blur scroll pageshow popstate" +
  (ELEMENTS || OUTBOUND || DOWNLOADS ? " click auxclick" : "") +
  (ELEMENTS || FORMS ? " submit" : "")
)
  .split(" ")
  .map((type) => addEventListener(type, follow, 1));
if (VITALS && !document.hidden) measureVitals();
