// Menus: arrow keys inside what a button has opened.

export function startMenus() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    if (event.target.matches("input:not([type=hidden]), select")) return;
    const menu = document.querySelector(".menu:popover-open");
    if (!menu) return;
    const items = [...menu.querySelectorAll("a[href], button, select, input:not([type=hidden])")];
    const at = items.indexOf(document.activeElement);
    const step = event.key === "ArrowDown" ? 1 : -1;
    const next = at < 0 && step < 0 ? items.length - 1 : (at + step + items.length) % items.length;
    items[next]?.focus();
    event.preventDefault();
  });
}
