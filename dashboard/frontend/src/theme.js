// Theme: the choice of this browser's user, set before the first paint; kept here and nowhere else.

const NAME = "footfall-theme";

function chosen() {
  try {
    return localStorage.getItem(NAME) ?? "auto";
  } catch {
    return "auto"; // storage is switched off: the system decides
  }
}

function apply(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function keep(theme) {
  apply(theme);
  show(theme);
  try {
    localStorage.setItem(NAME, theme);
  } catch {
    // Kept for this page only.
  }
}

function show(theme) {
  const radio = document.getElementById(`theme-${theme}`);
  if (radio) radio.checked = true;
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
  }
}

apply(chosen());
document.addEventListener("DOMContentLoaded", () => {
  show(chosen());
  document.addEventListener("change", (event) => {
    if (event.target.name === "theme") keep(event.target.value);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (button) keep(button.dataset.themeChoice);
  });
});
