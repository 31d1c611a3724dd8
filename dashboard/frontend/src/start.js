// Start: the page with the script, which follows the ticked features and notices the first event.

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

/** Show the snippet of the ticked features at once; without script the form's button does. */
export function startFeatures() {
  const form = document.getElementById("features");
  if (!form) return;
  form.querySelector("[type=submit]").hidden = true;
  form.addEventListener("change", async () => {
    const asked = new URLSearchParams(new FormData(form)).toString();
    const address = `${form.getAttribute("action")}?${asked}`;
    const answer = await fetch(address);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const snippets = page.getElementById("snippets");
    if (!snippets) return location.assign(address);
    // A slower answer to an earlier tick comes too late.
    if (asked !== new URLSearchParams(new FormData(form)).toString()) return;
    document.getElementById("snippets").replaceWith(document.importNode(snippets, true));
    startCopying();
  });
}

export function startCopying() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!button.hidden) continue;
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
