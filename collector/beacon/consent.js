// Consent script: hears what the visitor decided, and lets the beacon come only when it may.
//
// It sends nothing of its own accord. A decision goes to the collector as a receipt: which text was shown,
// when, for what, how. On a `strict` page the beacon is not even asked for before a consent; on a `consent`
// page it comes at once and gets its lasting id by one. A decision is a call of footfall.consent(…), or
// comes from a Consent Management Platform (data-cmp): IAB TCF v2 or Google's Consent Mode.

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

// What version of the text the visitor agreed to: beside the id, and gone with it.
const VERSION = "footfall-version";
const agreedTo = guard(() => localStorage[VERSION]);
const noteVersion = guard((version) => {
  if (recall()) localStorage[VERSION] = version;
  else delete localStorage[VERSION];
});

let script; // the beacon's element, once it may come
let isRefused; // a refusal is told once a page

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
  const told = dataset.site
    .split(",")
    .map((site) => tell(new URL(`privacy/${encodeURIComponent(site.trim())}/consent`, api), body));
  return told[0];
};

// Takes a decision and resolves to its receipt; to undefined where nothing changed by it.
const decide = async (state, how, given) => {
  const details = { ...dataset, ...given };
  const { version = "" } = details;
  const before = recall();
  if (before == "out") return; // an opt-out outlasts all of them
  if (state == "granted") {
    const isNews = !before || agreedTo() != version;
    if (!before) choose(random());
    noteVersion(version);
    load();
    // A browser that refuses storage cannot keep a consent.
    if (isNews && recall()) return receipt(state, recall(), how, details);
  } else if (before) {
    choose();
    noteVersion();
    return receipt("withdrawn", before, how, details);
  } else if (
    state == "denied" &&
    !isRefused &&
    // Platforms repeat on each page what was refused on an earlier one; a decision needs a hand.
    navigator.userActivation?.hasBeenActive != false
  ) {
    isRefused = 1;
    return receipt(state, undefined, how, details);
  }
};

const consent = (state, details) => decide(state, "call", details);

// The beacon's own ones tell nobody.
const equip = (footfall) => {
  footfall.consent = consent;
  footfall.optOut = () => {
    const told = decide("withdrawn", "call");
    choose("out");
    return told;
  };
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
    decide(isGranted ? "granted" : "denied", "tcf", { scope: "purposes " + purposes });
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

if (!recall() || recall() == "out") noteVersion();
early.map((call) => stub(...call));
if (!isStrict || (recall() && recall() != "out")) load();

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
