// Details: all rows of a panel, in a dialog over the page.

const WAIT_FOR_TYPING_MS = 250;

let running = null;

export function startDetails() {
  const dialog = document.getElementById("details-dialog");
  if (!dialog) return;
  document.addEventListener("click", (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const opener = event.target.closest("a[data-details]");
    const inside = event.target.closest("dialog a[data-in-dialog]");
    if (!opener && !inside) return;
    event.preventDefault();
    if (opener) open(dialog);
    load(dialog, (opener ?? inside).href);
  });
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    load(dialog, searched(event.target));
  });
  let typing;
  dialog.addEventListener("input", (event) => {
    clearTimeout(typing);
    typing = setTimeout(() => load(dialog, searched(event.target.form)), WAIT_FOR_TYPING_MS);
  });
  for (const each of document.querySelectorAll("dialog")) {
    each.addEventListener("click", (event) => {
      // A click on the backdrop has the dialog itself as its target.
      if (event.target !== each && !event.target.closest("[data-close]")) return;
      event.preventDefault();
      each.close();
    });
  }
}

function open(dialog) {
  const loading = document.getElementById("details-loading").content.cloneNode(true);
  dialog.replaceChildren(loading);
  dialog.showModal();
}

function searched(form) {
  const address = new URL(form.action);
  address.search = new URLSearchParams(new FormData(form)).toString();
  return address.href;
}

async function load(dialog, href) {
  running?.abort();
  running = new AbortController();
  try {
    const answer = await fetch(href, { signal: running.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const details = page.getElementById("details");
    if (!details) throw new Error("the answer holds no details");
    fill(dialog, document.importNode(details, true));
  } catch (error) {
    // The page of its own says what is wrong.
    if (error.name !== "AbortError") location.assign(href);
  }
}

function fill(dialog, details) {
  const active = dialog.contains(document.activeElement) ? document.activeElement : null;
  const key = active?.dataset.key;
  const typed = key === "search" ? active : null;
  dialog.replaceChildren(...details.children);
  const again = key && dialog.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (typed && again) {
    // What was typed while the answer came stays.
    again.value = typed.value;
    again.focus();
    again.setSelectionRange(typed.selectionStart, typed.selectionEnd);
  } else {
    (again || dialog.querySelector("h1")).focus({ preventScroll: true });
  }
}
