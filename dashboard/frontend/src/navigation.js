// Navigation: a click fetches the same page at another address and swaps what changed.

import { say } from "./said.js";
import { swap } from "./regions.js";

let running = null;

const view = () => document.getElementById("view");

/** Go to an address; anything but this very page is opened in the ordinary way. */
export async function go(href) {
  const address = kept(new URL(href, location.href));
  const focus = focusNow();
  const fresh = await load(address);
  if (!fresh) return;
  history.pushState({}, "", fresh.url);
  swap(fresh.page, { gently: false });
  focusAgain(focus);
  say(view()?.dataset.said ?? "");
}

/** Read the page at the address it has again, without touching what somebody is busy in. */
export async function refresh() {
  if (running) return;
  const focus = focusNow();
  const fresh = await load(new URL(location.href), { gently: true });
  if (!fresh) return;
  swap(fresh.page, { gently: true });
  focusAgain(focus);
}

export function startNavigation() {
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
  addEventListener("popstate", async () => {
    const fresh = await load(new URL(location.href));
    if (fresh) swap(fresh.page, { gently: false });
  });
}

function onClick(event) {
  const link = event.target.closest("a[data-swap]");
  if (!link || !view() || event.button || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.shiftKey && !link.dataset.not) return;
  event.preventDefault();
  link.closest("dialog")?.close();
  // A link in the map is SVG: its property is no string.
  go(event.shiftKey ? link.dataset.not : link.getAttribute("href"));
}

function onSubmit(event) {
  const form = event.target.closest("form[data-swap]");
  if (!form || !view()) return;
  event.preventDefault();
  const address = new URL(form.action);
  address.search = new URLSearchParams(new FormData(form)).toString();
  form.closest("[popover]")?.hidePopover();
  go(address.href);
}

/** The chart's series is chosen without the server: links written before still keep it. */
function kept(address) {
  const chart = new URL(location.href).searchParams.get("chart");
  if (chart && !address.searchParams.has("chart")) address.searchParams.set("chart", chart);
  return address;
}

async function load(address, { gently = false } = {}) {
  running?.abort();
  const mine = new AbortController();
  running = mine;
  const main = document.getElementById("main");
  if (!gently) main?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, {
      headers: { Accept: "text/html" },
      signal: mine.signal,
    });
    const text = await answer.text();
    const page = new DOMParser().parseFromString(text, "text/html");
    if (!answer.ok || !page.getElementById("view")) {
      // Signed out, or an error the whole page has to say. A refresh leaves that to the next click.
      if (!gently) location.assign(address);
      return null;
    }
    return { page, url: answer.url };
  } catch (error) {
    if (error.name !== "AbortError" && !gently) location.assign(address);
    return null;
  } finally {
    if (running === mine) {
      running = null;
      main?.removeAttribute("aria-busy");
    }
  }
}

function focusNow() {
  const active = document.activeElement;
  if (!active || active === document.body) return null;
  return {
    element: active,
    key: active.dataset.key,
    id: active.id,
    opener: active.closest("[popover]")?.id,
    region: active.closest("[data-region]")?.id,
  };
}

/** Give the focus back to what stands where the focused element stood. */
function focusAgain(focus) {
  if (!focus || focus.element.isConnected) return;
  const region = focus.region && document.getElementById(focus.region);
  const found =
    (focus.key && document.querySelector(`[data-key="${CSS.escape(focus.key)}"]`)) ||
    (focus.opener && document.querySelector(`[popovertarget="${CSS.escape(focus.opener)}"]`)) ||
    (focus.id && document.getElementById(focus.id)) ||
    region?.querySelector("h2[tabindex], button, a");
  found?.focus({ preventScroll: true });
}
