// Choice: what the visitor decided, opting out or consenting, kept in the shop's own localStorage.
//
// One key holds either "out" or the consent id. So opting out forgets the consent id, and nothing is stored
// before a visitor chose something. Where the browser refuses storage nothing can be kept.

import { guard, random } from "./guard.js";

// Called before each use: another tab may have changed it while this page slept.
export const recall = guard(() => localStorage.footfall);

// Keeps "out" or a consent id; without one, forgets what was kept.
export const choose = guard((value) => {
  if (value) localStorage.footfall = value;
  else delete localStorage.footfall;
});

// Takes "granted", "denied" or "withdrawn". An opt-out outlasts all of them. Scripts without the feature
// take the call too, so that a page may make it whichever script it loads.
export const consent = (state) => {
  if (CONSENT && recall() != "out") choose(state == "granted" && (recall() || random()));
};
