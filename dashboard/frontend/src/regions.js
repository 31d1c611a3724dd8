// Regions: the parts of the page that a new address may change, swapped only when they differ.

// As the server sent them: scripts draw into the page, so the page itself cannot be compared.
const sources = new Map();
const followers = [];

export function regions(root = document) {
  return root.querySelectorAll("[data-region]");
}

/** Call `follower(element)` for each region now and whenever one is swapped. */
export function follow(follower) {
  followers.push(follower);
}

export function startRegions() {
  for (const region of regions()) sources.set(region.id, region.outerHTML);
  for (const region of regions()) tell(region);
}

/** Swap what differs in `fresh`, a parsed page; what somebody is busy in waits when `gently`. */
export function swap(fresh, { gently }) {
  for (const region of regions(fresh)) {
    const old = document.getElementById(region.id);
    const source = region.outerHTML;
    if (!old || sources.get(region.id) === source) continue;
    if (gently && isBusy(old)) continue;
    const mine = document.importNode(region, true);
    for (const open of old.querySelectorAll("details[open]")) {
      mine.querySelector(`#${CSS.escape(open.id)}`)?.setAttribute("open", "");
    }
    const scrolled = old.querySelector(".table-scroll")?.scrollTop;
    old.replaceWith(mine);
    if (scrolled) mine.querySelector(".table-scroll").scrollTop = scrolled;
    sources.set(region.id, source);
    tell(mine);
  }
  document.title = fresh.title;
}

function isBusy(region) {
  return Boolean(
    region.querySelector(":popover-open") ?? region.querySelector("input:focus, select:focus"),
  );
}

function tell(region) {
  for (const follower of followers) follower(region);
}
