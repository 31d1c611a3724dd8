// Blanks: the fields for the `{name:Type}` places of the question, kept as it is written.

// As dashboard/workbench/blanks.py has it.
const BLANK = /\{\s*([A-Za-z_]\w*)\s*:\s*([A-Za-z][\w(), ']*?)\s*\}/g;
const NUMBER = /^(U?Int\d+|Float\d+|Decimal.*)$/;

/** Show a field for each blank of `text`; what stood in one stays there. */
export function showBlanks(group, text) {
  const wanted = new Map();
  for (const [, name, type] of text.matchAll(BLANK)) if (!wanted.has(name)) wanted.set(name, type);
  const known = new Map([...group.children].map((label) => [nameOf(label), label]));
  const usual = JSON.parse(group.dataset.usual);
  const stays = (name) => known.has(name) && typeOf(known.get(name)) === wanted.get(name);
  if (known.size === wanted.size && [...wanted.keys()].every(stays)) return;
  const labels = [...wanted].map(([name, type]) => {
    if (stays(name)) return known.get(name);
    const made = label(name, type, group.dataset.sites);
    const before = known.get(name)?.querySelector("[name]").value || usual[name];
    if (before) made.querySelector("[name]").value = before;
    return made;
  });
  group.replaceChildren(...labels);
}

const nameOf = (label) => label.querySelector("[name]").name.slice("param_".length);
const typeOf = (label) => label.querySelector("small").textContent;

function label(name, type, sites) {
  const element = document.createElement("label");
  element.className = "field";
  const head = document.createElement("span");
  const small = document.createElement("small");
  small.textContent = type;
  head.append(`${name} `, small);
  element.append(head, field(name, type, sites));
  return element;
}

function field(name, type, sites) {
  const isSite = name === "site" && type === "String";
  const element = document.createElement(isSite ? "select" : "input");
  element.className = "input";
  element.name = `param_${name}`;
  if (isSite) for (const site of sites.split("\n")) element.append(new Option(site, site));
  else if (type === "Date" || type === "Date32") Object.assign(element, { type: "date", required: true });
  else if (NUMBER.test(type)) Object.assign(element, { type: "number", step: "any", required: true });
  return element;
}
