// Choice: what the visitor decided, opting out or consenting, kept in the shop's own localStorage.
//
// One key holds either "out" or the consent id. So opting out forgets the consent id, and nothing is stored
// before a visitor chose something.

import { guard, random } from "./guard.js";

// As of the last recall(). Where the browser refuses storage it lasts as long as the page.
export let choice;

// Called before each use: another tab may have changed it while this page slept.
export const recall = guard(() => {
  choice = localStorage.footfall || choice;
});

export const choose = guard((value) => {
  if ((choice = value)) localStorage.footfall = value;
  else delete localStorage.footfall;
});

// A consent outlasts it: only an opt-out is taken back.
export const optIn = () => {
  if (CONSENT) recall();
  if (!CONSENT || choice == "out") choose();
};

// Takes "granted", "denied" or "withdrawn". An opt-out outlasts all of them. Scripts without the feature
// take the call too, so that a page may make it whichever script it loads.
export const consent = (state) => {
  if (CONSENT) recall();
  if (CONSENT && choice != "out") choose(state == "granted" && (choice || random()));
};
