// Consent script: hears what the visitor decided, and lets the beacon come only when it may.
//
// It sends nothing of its own accord. A decision goes to the collector as a receipt: which text was shown,
// when, for what, how. On a `strict` page the beacon is not even asked for before a consent; on a `consent`
// page it comes at once and gets its lasting id by one. A decision is a call of footfall.consent(…), or
// comes from a Consent Management Platform (data-cmp): IAB TCF v2 or Google's Consent Mode.
//
// Where the site has gone further since the visitor agreed, the id waits unused and the page is told to ask
// again: by the event "footfall-ask" on the document, and by footfall.asks for who comes later.

import { choose, recall } from "./src/choice.js";
import { guard, random } from "./src/guard.js";

const tag = document.currentScript;
const { src, nonce, dataset } = tag;
const isStrict = dataset.consent != "consent";
const beacon = new URL(
  dataset.beacon || `/beacon.${isStrict ? "strict" : "consent"}.js`,
  src || location,
);
const api = dataset.api ? new URL(dataset.api, location) : new URL("/api/event", beacon);

// Of IAB TCF v2: 1 is to store on a device, 8 to measure how content performs.
const purposes = dataset.purposes || "1 8";

// What is noted beside the id, and gone with it: which version of the text the visitor agreed to, and when, in
// milliseconds.
const VERSION = "footfall-version";
const AGREED = "footfall-agreed";
// In the id's place while it waits for another consent.
const WAITING = "footfall-waiting";
const hasId = () => recall() && recall() != "out";
const noted = guard((key) => localStorage[key]);
const note = guard((key, value) => {
  if (value && hasId()) localStorage[key] = value;
  else delete localStorage[key];
});
const layAside = guard(() => {
  if (!hasId()) return;
  localStorage[WAITING] = recall();
  choose();
});
const takeUp = guard(() => {
  if (!recall()) choose(noted(WAITING));
  delete localStorage[WAITING];
});
// Returns the id that is forgotten, with all beside it.
const forget = () => {
  takeUp();
  const id = recall();
  choose();
  note(VERSION);
  note(AGREED);
  return id;
};

let script; // the beacon's element, once it may come
let isRefused; // a refusal is told once a page
let isOpen; // an earlier consent is not enough, or may not be
let asks = false; // the page is to ask again
let checked; // a promise, while that is not known

// Resolves to the receipt with its signature; undefined where it was given up.
const tell = async (url, body) => {
  for (let wait_ms = 2e3; wait_ms < 3e5; wait_ms *= 2) {
    try {
      const answer = await fetch(url, { method: "POST", keepalive: true, body });
      if (answer.ok) return await answer.json();
      if (answer.status < 429) return;
    } catch {}
    await new Promise((again) => setTimeout(again, wait_ms));
  }
};

const desks = dataset.site
  .split(",")
  .map((site) => new URL(`privacy/${encodeURIComponent(site.trim())}/consent`, api));

const receipt = (state, consentId, how, { text, version, scope, erase }) => {
  // The same text of each attempt, so that a repeat is known by its id.
  const body = JSON.stringify({
    id: random(),
    state,
    how,
    text,
    version,
    scope,
    erase,
    consent_id: consentId,
  });
  return desks.map((desk) => tell(desk, body))[0];
};

// Tells whether what the visitor agreed to covers all that is done now; throws where nobody knows.
const isCovered = async (desk) => {
  const { covered_since } = await (await fetch(desk + "/covered")).json();
  if (covered_since === undefined) throw 0;
  return !(Date.parse(covered_since) > (noted(AGREED) || 0));
};

// Lets an earlier consent hold, or asks again. Where nobody knows, the id waits for the next page.
const check = async () => {
  try {
    isOpen = asks = (await Promise.all(desks.map(isCovered))).includes(false);
  } catch {
    isOpen = 1;
  }
  checked = 0;
  if (isOpen) layAside();
  else takeUp();
  start();
  self.footfall.asks = asks;
  if (asks) document.dispatchEvent(new CustomEvent("footfall-ask"));
};

// Platforms repeat on each page what was decided on an earlier one; a decision needs a hand.
const hasHand = () => navigator.userActivation?.hasBeenActive != false;

// Takes a decision and resolves to its receipt; to undefined where nothing changed by it.
const decide = async (state, how, given) => {
  const details = { ...dataset, ...given };
  const { version = "" } = details;
  // Only what brings an id back has to wait.
  if (checked && state == "granted") await checked;
  if (recall() == "out") return; // an opt-out outlasts all of them
  if (state == "granted") {
    // What was granted before is no answer to a new question, however often it is repeated.
    if (isOpen && (details.isOld || !hasHand())) return;
    takeUp();
    const isNews = isOpen || !recall() || (noted(VERSION) || "") != version;
    if (!recall()) choose(random());
    note(VERSION, version);
    isOpen = asks = self.footfall.asks = false;
    load();
    // A browser that refuses storage cannot keep a consent.
    if (isNews && recall()) {
      note(AGREED, Date.now());
      const kept = await receipt(state, recall(), how, details);
      // The collector's clock tells it better.
      if (kept) note(AGREED, Date.parse(kept.receipt.received_at) || noted(AGREED));
      return kept;
    }
  } else if (recall() || noted(WAITING)) {
    return receipt("withdrawn", forget(), how, details);
  } else if (state == "denied" && !isRefused && hasHand()) {
    isRefused = 1;
    return receipt(state, undefined, how, details);
  }
};

const consent = (state, details) => decide(state, "call", details);

// The beacon's own ones tell nobody.
const equip = (footfall) => {
  footfall.consent = consent;
  footfall.optOut = async () => {
    const before = recall() == "out" ? "" : forget();
    choose("out");
    if (before) return receipt("withdrawn", before, "call", dataset);
  };
  footfall.asks = asks;
};

const load = () => {
  if (script) return;
  script = document.createElement("script");
  Object.assign(script.dataset, dataset);
  if (dataset.integrity) {
    script.integrity = dataset.integrity;
    script.crossOrigin = "anonymous";
  }
  if (nonce) script.nonce = nonce;
  script.onload = () => equip(self.footfall);
  script.src = beacon;
  document.head.append(script);
};

// Google's Consent Mode: what gtag("consent", "update", …) put into the data layer. A default is nobody's
// decision.
const hearLayer = guard(([command, action, states]) => {
  const state = states?.analytics_storage;
  if (command == "consent" && action == "update" && state)
    decide(state, "gcm", { scope: "analytics_storage" });
});

const hearTcf = () => {
  if (!self.__tcfapi) return;
  removeEventListener("DOMContentLoaded", hearTcf);
  removeEventListener("load", hearTcf);
  self.__tcfapi("addEventListener", 2, (data, isGood) => {
    // Before the visitor answered there is nothing to take; where the GDPR does not apply nobody was asked.
    if (!isGood || data.gdprApplies == false || !/^(tcl|user)/.test(data.eventStatus)) return;
    const isGranted = purposes.split(" ").every((purpose) => data.purpose.consents[purpose]);
    const isOld = data.eventStatus == "tcloaded";
    decide(isGranted ? "granted" : "denied", "tcf", { scope: "purposes " + purposes, isOld });
  });
};

const early = self.footfall?.q || [];
// Until the beacon is here: a function is run, an event waits for a consent, and goes with its page.
const stub = (...call) => (call[0].call ? guard(call[0])(stub) : stub.q.push(call));
stub.q = [];
equip(stub);
// The beacon takes a stub that can do this for a beacon, and stays away from a page that has one already.
const optIn = () => choose();
Object.defineProperty(stub, "optIn", {
  get: () => (document.currentScript == script && script ? undefined : optIn),
});
self.footfall = stub;

// Lets the beacon come where nothing, or nothing more, is to be waited for.
const start = () => {
  if (!isStrict || hasId()) load();
};

const held = hasId() || (!recall() && noted(WAITING));
if (held) checked = check();
else [VERSION, AGREED, WAITING].map((key) => note(key));
early.map((call) => stub(...call));
if (!held) start();

if (dataset.cmp == "gcm") {
  const layer = (self.dataLayer ||= []);
  layer.map(hearLayer);
  const { push } = layer;
  layer.push = (...entries) => {
    entries.map(hearLayer);
    return push.apply(layer, entries);
  };
} else if (dataset.cmp == "tcf") {
  // The platform may come after this script.
  addEventListener("DOMContentLoaded", hearTcf);
  addEventListener("load", hearTcf);
  hearTcf();
}
