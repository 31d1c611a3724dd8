// Choice: what the visitor decided, opting out or consenting, kept in the shop's own localStorage.
//
// One key holds either "out" or the consent id. So opting out forgets the consent id, and nothing is stored
// before a visitor chose something.

import { attempt, random } from "./guard.js";

// The choice where the browser refuses storage: it lasts as long as the page.
let remembered;

export const choice = () => attempt(() => localStorage.footfall) || remembered;

const choose = (value) => {
  remembered = value;
  attempt(() => (value ? (localStorage.footfall = value) : delete localStorage.footfall));
};

export const isOptedOut = () => choice() == "out";

export const optOut = () => choose("out");

// A consent outlasts it: only an opt-out is taken back.
export const optIn = () => (!CONSENT || isOptedOut()) && choose();

// Takes "granted", "denied" or "withdrawn". An opt-out outlasts all of them. Scripts without the feature
// take the call too, so that a page may make it whichever script it loads.
export const consent = (state) => {
  if (CONSENT && !isOptedOut()) choose(state == "granted" && (choice() || random()));
};

// Asks a visitor who followed a link to #footfall=optout or #footfall=optin, and does what they answer.
export const answerLink = () => {
  const [, wish] = location.hash.split("#footfall=opt");
  if (wish && confirm("Visit statistics: opt " + wish + "?")) wish == "out" ? optOut() : optIn();
};
