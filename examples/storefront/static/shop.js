"use strict";
// The shop's own script: cart, search, checkout and the collections, which change without a page load.

// The stub keeps calls made before the beacon has loaded.
window.footfall =
  window.footfall ||
  function () {
    (window.footfall.q = window.footfall.q || []).push(arguments);
  };

const root = new URL(document.body.dataset.root, location);
const link = (path) => new URL(path.slice(1), root).href;
const one = (selector, within = document) => within.querySelector(selector);
const products = (() => {
  let list;
  return () => (list ??= fetch(link("/static/products.json")).then((answer) => answer.json()));
})();

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

// Money is counted in qəpik, whole numbers: 48.50 AZN is 4850.
const qepik = (price) => Math.round(Number(price) * 100);
const azn = (amount) => (amount / 100).toFixed(2);

// The cart lives in this tab: {path: quantity}.
const cart = {
  read: () => JSON.parse(sessionStorage.getItem("cart") || "{}"),
  write(items) {
    sessionStorage.setItem("cart", JSON.stringify(items));
    cart.count();
  },
  add(path, quantity) {
    const items = cart.read();
    items[path] = Math.min(9, (items[path] || 0) + quantity);
    cart.write(items);
  },
  set(path, quantity) {
    const items = cart.read();
    if (quantity) items[path] = quantity;
    else delete items[path];
    cart.write(items);
  },
  count() {
    const pieces = Object.values(cart.read()).reduce((sum, each) => sum + each, 0);
    one("[data-cart-count]").textContent = pieces || "";
  },
  async lines() {
    const items = cart.read();
    return (await products())
      .filter((each) => items[each.path])
      .map((each) => ({ ...each, quantity: items[each.path], sum: qepik(each.price) * items[each.path] }));
  },
};
const total = (lines) => lines.reduce((sum, line) => sum + line.sum, 0);
const pieces = (lines) => lines.reduce((sum, line) => sum + line.quantity, 0);

const say = (sentence, ...rest) => one("[data-said]").replaceChildren(sentence, ...rest);

const offerBuying = (form) =>
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const quantity = Number(one("select", form).value);
    const bought = (await products()).find((each) => each.path == form.dataset.add);
    cart.add(bought.path, quantity);
    window.footfall("Add to cart", { props: { product: bought.name, category: bought.category } });
    say(`${quantity} × ${bought.name} is in the cart. `, make("a", { href: link("/sebet") }, "See the cart"));
  });

const card = (each) =>
  make(
    "li",
    { class: "card" },
    make(
      "a",
      { href: link(each.path) },
      make("span", { class: "shelf" }, make("img", { src: link(each.image), alt: "", width: 240, height: 300 })),
      make("span", { class: "name", lang: "az" }, each.name),
      make("span", { class: "sub" }, each.english),
      make("span", { class: "price" }, `${each.price} AZN`),
    ),
  );

// "qizilgul" finds "Qızılgül": letters are compared without their marks.
const plain = (text) =>
  text.toLowerCase().replaceAll("ə", "e").replaceAll("ı", "i").normalize("NFD").replace(/\p{M}/gu, "");

const offerSearch = (form) =>
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const words = plain(one("input", form).value).split(/\s+/).filter(Boolean);
    const found = (await products()).filter((each) => {
      const text = plain([each.name, each.english, each.about, ...each.notes].join(" "));
      return words.every((word) => text.includes(word));
    });
    one("[data-results]").replaceChildren(...found.map(card));
    say(found.length ? `${found.length} found` : "Nothing under these words. Try a note: rose, tea, sea.");
    // How many, never the words: people type anything into a search field.
    window.footfall("Search", { props: { results: found.length } });
  });

const cartRow = (line) => {
  const quantity = make("select", { "aria-label": `Quantity of ${line.name}` });
  for (let each = 0; each <= 9; each++) quantity.append(make("option", { value: each }, each || "0, take out"));
  quantity.value = line.quantity;
  quantity.addEventListener("change", async () => {
    cart.set(line.path, Number(quantity.value));
    const lines = await showCart();
    if (lines.length) say(`${line.name}: ${quantity.value}. Together ${azn(total(lines))} AZN.`);
  });
  const picture = make("img", { src: link(line.image), alt: "", width: 56, height: 70 });
  const name = make("a", { href: link(line.path), lang: "az" }, line.name);
  return make(
    "tr",
    {},
    make(
      "th",
      { scope: "row" },
      make("span", { class: "item" }, picture, make("span", {}, name, make("small", {}, `${line.price} AZN each`))),
    ),
    make("td", {}, quantity),
    make("td", {}, azn(line.sum)),
  );
};

const showCart = async () => {
  const lines = await cart.lines();
  const focused = document.activeElement.getAttribute("aria-label");
  one("[data-cart-empty]").hidden = lines.length > 0;
  one("[data-cart-full]").hidden = lines.length == 0;
  one("[data-cart-lines]").replaceChildren(...lines.map(cartRow));
  one("[data-cart-sum]").textContent = azn(total(lines));
  if (focused) [...document.querySelectorAll("select")].find((each) => each.ariaLabel == focused)?.focus();
  return lines;
};

const FREE_COURIER_FROM = 8000; // qəpik, as the delivery page says

const showCheckout = async (form) => {
  const lines = await cart.lines();
  form.hidden = lines.length == 0;
  one("[data-checkout-empty]").hidden = lines.length > 0;
  if (!lines.length) return;
  window.footfall("Checkout started", { props: { items: pieces(lines) } });
  one("[data-order-lines]").replaceChildren(
    ...lines.map((line) => make("li", {}, make("span", { lang: "az" }, `${line.quantity} × ${line.name}`), make("span", {}, azn(line.sum)))),
  );
  const chosen = (name) => one(`[name=${name}]:checked`, form);
  const delivery = () => {
    const way = chosen("delivery");
    return way.value == "courier" && total(lines) >= FREE_COURIER_FROM ? 0 : qepik(way.dataset.price);
  };
  const add = () => {
    one("[data-order-items]").textContent = azn(total(lines));
    one("[data-order-delivery]").textContent = delivery() ? azn(delivery()) : "free";
    one("[data-order-sum]").textContent = `${azn(total(lines) + delivery())} AZN`;
  };
  add();
  form.addEventListener("change", add);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const order = {
      amount: azn(total(lines)),
      items: pieces(lines),
      delivery: chosen("delivery").value,
      payment: chosen("payment").value,
    };
    sessionStorage.setItem("order", JSON.stringify(order));
    cart.write({});
    location.assign(form.action);
  });
};

// An order is told once: a reload of the page finds it gone.
const showThanks = (place) => {
  const order = JSON.parse(sessionStorage.getItem("order") || "null");
  if (!order) return;
  sessionStorage.removeItem("order");
  const { amount, ...props } = order;
  window.footfall("Purchase", { revenue: { amount, currency: "AZN" }, props });
  place.textContent = `Your order of ${order.items} ${order.items == 1 ? "piece" : "pieces"} for ${amount} AZN would be on its way, were this a real shop.`;
};

const offerContact = (form) =>
  form.addEventListener("submit", () =>
    window.footfall("Message sent", { props: { subject: one("select", form).value } }),
  );

// Each collection is a page of its own; with script only the part that differs is put in place.
const offerCollections = (place) => {
  let shown = location.pathname;
  const show = async (href, isNew) => {
    const answer = await fetch(href);
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = one("[data-collections]", next);
    if (!answer.ok || !part) return location.assign(href);
    shown = new URL(href).pathname;
    document.title = next.title;
    if (isNew) history.pushState(null, "", href);
    place.replaceChildren(...document.importNode(part, true).childNodes);
    one("[aria-current]", one(".tabs", place)).focus();
  };
  place.addEventListener("click", (event) => {
    const tab = event.target.closest(".tabs a");
    if (!tab || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (new URL(tab.href).pathname != shown) show(tab.href, true);
  });
  addEventListener("popstate", () => location.pathname != shown && show(location.href, false));
};

const parts = {
  "[data-add]": offerBuying,
  "[data-search]": offerSearch,
  "[data-cart]": showCart,
  "[data-checkout]": showCheckout,
  "[data-thanks]": showThanks,
  "[data-contact]": offerContact,
  "[data-collections]": offerCollections,
};
cart.count();
for (const [selector, begin] of Object.entries(parts)) {
  const place = one(selector);
  if (place) begin(place);
}
// The privacy page shows what was seen against proof: the id of the page that the visitor comes from.
for (const each of document.querySelectorAll('a[href^="/privacy/"]'))
  each.addEventListener("click", () => {
    if (window.footfall.page) each.hash = "page=" + window.footfall.page();
  });
// Back from the history cache: the cart may have changed on the page after.
addEventListener("pageshow", (event) => event.persisted && location.reload());
