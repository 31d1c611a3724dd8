// Shortcuts: single keys for what is used often; they can be switched off (WCAG 2.1.4).

import { go } from "./navigation.js";

const NAME = "footfall-shortcuts";

export function startShortcuts() {
  const list = document.getElementById("shortcuts");
  if (!list) return;
  const button = document.getElementById("shortcuts-button");
  const isOn = document.getElementById("shortcuts-on");
  button.hidden = false;
  button.addEventListener("click", () => list.showModal());
  isOn.checked = stored() !== "off";
  isOn.addEventListener("change", () => store(isOn.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    if (!isOn.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, dialog, [popover]")) return;
    if (press(event.key.toLowerCase(), list)) event.preventDefault();
  });
}

function press(key, list) {
  const period = document.querySelector(`[data-shortcut="${CSS.escape(key)}"]`);
  if (period) go(period.href);
  else if (key === "?") list.showModal();
  else if (key === "c") opened("periods", "input[type=date]");
  else if (key === "f") opened("add-filter", "select");
  else if (key === "x") go(document.getElementById("view").dataset.clear);
  else return false;
  return true;
}

function opened(id, first) {
  const popover = document.getElementById(id);
  popover.showPopover({ source: document.getElementById(`${id}-button`) });
  popover.querySelector(first).focus();
}

function stored() {
  try {
    return localStorage.getItem(NAME);
  } catch {
    return null; // storage is switched off: shortcuts stay on
  }
}

function store(value) {
  try {
    localStorage.setItem(NAME, value);
  } catch {
    // Kept for this page only.
  }
}
