// Start: the page of a new site, which notices its first event by itself.

import { connect } from "./live.js";

export function startFirstEvent() {
  const page = document.querySelector("[data-start]");
  if (!page) return;
  const state = page.querySelector("[data-start-state]");
  connect(page.dataset.start, (live, source) => {
    if (!live.visitors && !live.pageviews_per_minute.some(Boolean)) return;
    source.close();
    state.textContent = "The first event is here. Opening the figures.";
    location.assign(page.dataset.startNext);
  });
}

export function startCopying() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = "Copied";
  } catch {
    // Without TLS a browser has no clipboard for pages: the text is chosen, the keys do the rest.
    getSelection().selectAllChildren(source);
    button.textContent = "Chosen: now copy it";
  }
}
