// Chart: the series of one metric as lines, with a readout by pointer, touch and keyboard.

import { area, line } from "d3-shape";
import { say } from "./said.js";
import { go } from "./navigation.js";
import { svg } from "./svg.js";

const LEFT = 48;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 34;
const READOUT_WIDTH = 208;
// Width of a character of an 11 px label, with some air: for choosing which labels fit.
const LABEL_CHARACTER = 6.6;

const [VALUE, TEXT, PREVIOUS, PREVIOUS_TEXT, CHANGE, TONE] = [0, 1, 2, 3, 4, 5];

let resized = null;
let shown = null; // the point of the readout, kept when the figures are refreshed

export function startChart(section) {
  const figure = section.querySelector(".chart");
  const data = JSON.parse(section.dataset.chart);
  const written = data.metric;
  data.metric = chosenMetric(data);
  resized?.disconnect();
  mark(data.metric);
  if (data.metric !== written || section.dataset.written) write(section, data);
  if (!figure || !data.points.length) return;
  const chart = { section, figure, data };
  resized = new ResizeObserver(() => draw(chart));
  resized.observe(figure);
  draw(chart);
  if (shown?.metric === data.metric && section.matches(":hover, :focus-within")) {
    show(chart, Math.min(shown.index, data.points.length - 1));
  } else {
    shown = null;
  }
}

/** Mark the series that is shown in a strip that has just been swapped. */
export function startStrip() {
  const section = document.getElementById("trend");
  if (section) mark(chosenMetric(JSON.parse(section.dataset.chart)));
}

export function startMetrics() {
  document.addEventListener("click", (event) => {
    const pick = event.target.closest(".metric .pick");
    const section = document.getElementById("trend");
    if (!pick || !section || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(section, pick.closest(".metric").dataset.metric);
  });
  document.addEventListener("keydown", (event) => {
    // A link that is a button answers the space bar, too.
    if (event.key !== " " || !event.target.matches?.(".metric .pick")) return;
    event.preventDefault();
    event.target.click();
  });
}

function chosenMetric(data) {
  const asked = new URL(location.href).searchParams.get("chart");
  return asked in data.titles ? asked : data.metric;
}

function choose(section, metric) {
  const address = new URL(location.href);
  address.searchParams.set("chart", metric);
  history.replaceState({}, "", address);
  startChart(section);
  say(JSON.parse(section.dataset.chart).sentences[metric]);
}

/** Put the chosen metric's words and figures where the server wrote another's. */
function write(section, data) {
  const { metric } = data;
  section.dataset.written = "again";
  for (const title of section.querySelectorAll("[data-chart-title]")) {
    title.textContent = data.titles[metric];
  }
  section.querySelector("[data-chart-name]").textContent = data.names[metric];
  const words = section.querySelector("[data-chart-words]");
  if (words) words.textContent = data.sentences[metric];
  retable(section, data, metric);
}

function mark(metric) {
  for (const cell of document.querySelectorAll(".metric")) {
    const isOn = cell.dataset.metric === metric;
    cell.classList.toggle("is-on", isOn);
    cell.querySelector(".pick").setAttribute("aria-pressed", String(isOn));
  }
}

function retable(section, data, metric) {
  section.querySelectorAll(".plain tbody tr").forEach((row, index) => {
    const cell = data.points[index].cells[metric];
    const [value, , previous, change] = row.querySelectorAll("td");
    value.textContent = cell[TEXT];
    if (!previous) return;
    previous.textContent = cell[PREVIOUS_TEXT];
    change.textContent = cell[CHANGE] || "–";
  });
}

function draw(chart) {
  const { figure, data, section } = chart;
  const width = figure.clientWidth;
  const height = figure.clientHeight;
  if (!width || !height || (width === chart.width && height === chart.height)) return;
  Object.assign(chart, { width, height });
  chart.cells = data.points.map((point) => point.cells[data.metric]);
  const ticks = data.ticks[data.metric];
  const top = ticks[ticks.length - 1][0];
  const last = data.points.length - 1;
  chart.bottom = height - BOTTOM;
  chart.x = (index) => LEFT + (last ? (index / last) * (width - LEFT - RIGHT) : (width - LEFT) / 2);
  chart.y = (value) => chart.bottom - (value / top) * (chart.bottom - TOP);

  const hadFocus = figure.contains(document.activeElement);
  const plot = svg(
    "svg",
    {
      class: "chart-plot",
      role: "img",
      tabindex: 0,
      width,
      height,
      "data-key": "chart-plot",
      "aria-label": `${data.titles[data.metric]}. ${data.sentences[data.metric]} Arrow keys read it point by point.`,
    },
    grid(chart, ticks),
    series(chart),
    labels(chart),
    svg("g", { class: "hover" }),
  );
  const readout = document.createElement("div");
  readout.className = "readout";
  readout.hidden = true;
  figure.replaceChildren(plot, readout);
  Object.assign(chart, { plot, readout, hover: plot.lastChild });
  listen(chart);
  if (hadFocus) plot.focus({ preventScroll: true });
  section.classList.add("is-drawn");
}

function grid({ width, y }, ticks) {
  const group = svg("g");
  for (const [value, text] of ticks) {
    const at = y(value);
    group.append(
      svg("line", {
        class: value ? "grid-line" : "base-line",
        x1: LEFT,
        x2: width - RIGHT,
        y1: at,
        y2: at,
      }),
      svg("text", { class: "axis", x: LEFT - 8, y: at + 4, "text-anchor": "end" }, text),
    );
  }
  return group;
}

function series({ data, cells, x, y, bottom }) {
  const indices = cells.map((_, index) => index);
  const known = (index) => cells[index][VALUE] !== null;
  const partial = data.points.findIndex((point) => point.partial);
  const whole = indices.filter((index) => index !== partial);
  const now = line((index) => x(index), (index) => y(cells[index][VALUE])).defined(known);
  const below = area().x((index) => x(index)).y0(bottom).y1((index) => y(cells[index][VALUE]));
  const before = line((index) => x(index), (index) => y(cells[index][PREVIOUS]));
  const group = svg("g", {}, svg("path", { class: "s-area", d: below.defined(known)(whole) }));
  if (partial >= 0 && known(partial)) group.append(unfinished({ cells, x, y, bottom }, partial));
  group.append(
    svg("path", {
      class: "s-prev",
      d: before.defined((index) => cells[index][PREVIOUS] !== null)(indices) ?? "",
    }),
    svg("path", { class: "s-now", d: now(whole) ?? "" }),
  );
  if (partial > 0 && known(partial) && known(partial - 1)) {
    group.append(svg("path", { class: "s-now s-part", d: now([partial - 1, partial]) }));
  }
  if (partial >= 0 && known(partial)) {
    group.append(
      svg("circle", { class: "pt-part", cx: x(partial), cy: y(cells[partial][VALUE]), r: 4 }),
    );
  }
  // A single known point has no line to be seen by.
  if (whole.filter(known).length === 1) {
    const [only] = whole.filter(known);
    group.append(svg("circle", { class: "pt-now", cx: x(only), cy: y(cells[only][VALUE]), r: 4 }));
  }
  return group;
}

/** The hatch of a step that is not over: from the point before it to its own. */
function unfinished({ cells, x, y, bottom }, index) {
  const start = index ? x(index - 1) : x(0) - 12;
  const height = bottom - y(Math.max(cells[index][VALUE], (index && cells[index - 1][VALUE]) || 0));
  return svg("rect", {
    x: start,
    y: bottom - height,
    width: x(index) - start,
    height,
    fill: "url(#hatch)",
  });
}

/** Labels from the right: the last one always stands, one that would touch it is left out. */
function labels({ data, width, x, bottom }) {
  const group = svg("g");
  let free = width + LABEL_CHARACTER;
  for (let index = data.points.length - 1; index >= 0; index--) {
    const { label, partial } = data.points[index];
    if (!label) continue;
    const size = label.length * LABEL_CHARACTER;
    const right = Math.min(x(index) + size / 2, width);
    const left = Math.max(right - size, 0);
    if (left + size > free - LABEL_CHARACTER) continue;
    free = left;
    const anchor = x(index) + size / 2 > width ? "end" : "middle";
    const at = anchor === "end" ? width - 2 : Math.max(x(index), size / 2);
    group.append(
      svg("line", { class: "base-line", x1: x(index), x2: x(index), y1: bottom, y2: bottom + 5 }),
      svg(
        "text",
        { class: partial ? "axis axis-now" : "axis", x: at, y: bottom + 21, "text-anchor": anchor },
        label,
      ),
    );
  }
  return group;
}

function listen(chart) {
  const { plot, data } = chart;
  const last = data.points.length - 1;
  const nearest = (event) => {
    const inside = event.clientX - plot.getBoundingClientRect().left - LEFT;
    const step = (chart.width - LEFT - RIGHT) / Math.max(last, 1);
    return Math.min(last, Math.max(0, Math.round(inside / step)));
  };
  plot.addEventListener("pointermove", (event) => show(chart, nearest(event)));
  plot.addEventListener("pointerdown", (event) => show(chart, nearest(event)));
  plot.addEventListener("pointerleave", () => plot.matches(":focus-visible") || hide(chart));
  plot.addEventListener("focus", () => plot.matches(":focus-visible") && show(chart, shown?.index ?? last));
  plot.addEventListener("blur", () => hide(chart));
  plot.addEventListener("click", (event) => event.pointerType === "mouse" && open(chart, nearest(event)));
  plot.addEventListener("keydown", (event) => {
    const at = shown?.index ?? last;
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (event.key === "Enter") open(chart, at);
    else if (event.key === "Escape") hide(chart);
    else if (next === undefined) return;
    else {
      show(chart, Math.min(last, Math.max(0, next)));
      say(spoken(chart, shown.index));
    }
    event.preventDefault();
  });
}

function open({ data }, index) {
  const { href } = data.points[index];
  if (href) go(href);
}

function spoken({ data, cells }, index) {
  const point = data.points[index];
  const cell = cells[index];
  const before = cell[PREVIOUS] === null ? "" : `, ${point.previousWhen}: ${cell[PREVIOUS_TEXT]}`;
  return `${point.when}: ${cell[TEXT]}${before}`;
}

function show(chart, index) {
  const { data, cells, x, y, bottom, hover, readout, width } = chart;
  const cell = cells[index];
  shown = { index, metric: data.metric };
  const at = x(index);
  const marks = [svg("line", { class: "cursor", x1: at, x2: at, y1: TOP, y2: bottom })];
  if (cell[PREVIOUS] !== null) {
    marks.push(svg("circle", { class: "pt-prev", cx: at, cy: y(cell[PREVIOUS]), r: 3.5 }));
  }
  if (cell[VALUE] !== null) {
    const kind = data.points[index].partial ? "pt-part" : "pt-now";
    marks.push(svg("circle", { class: kind, cx: at, cy: y(cell[VALUE]), r: 5 }));
  }
  hover.replaceChildren(...marks);
  readout.replaceChildren(...readoutParts(chart, index));
  readout.hidden = false;
  const left = at + 12 + READOUT_WIDTH > width ? at - 12 - READOUT_WIDTH : at + 12;
  readout.style.left = `${Math.max(0, Math.min(left, width - READOUT_WIDTH))}px`;
}

function hide({ hover, readout }) {
  shown = null;
  hover.replaceChildren();
  readout.hidden = true;
}

function readoutParts({ data, cells }, index) {
  const point = data.points[index];
  const cell = cells[index];
  const head = tag("p", "when", tag("span", "", data.names[data.metric]));
  if (cell[CHANGE]) head.append(tag("span", `delta ${cell[TONE]}`, cell[CHANGE]));
  const list = tag("dl", "");
  list.append(key("s-now"), tag("dt", "", point.when), tag("dd", "", cell[TEXT]));
  if (point.previousWhen) {
    list.append(key("s-prev"), tag("dt", "", point.previousWhen), tag("dd", "", cell[PREVIOUS_TEXT]));
  }
  return point.partial ? [head, list, tag("p", "note-small", "Not over yet")] : [head, list];
}

function key(kind) {
  return svg(
    "svg",
    { "aria-hidden": "true" },
    svg("line", { class: kind, x1: 1, x2: 19, y1: 6, y2: 6 }),
  );
}

function tag(name, kind, ...children) {
  const element = document.createElement(name);
  if (kind) element.className = kind;
  element.append(...children);
  return element;
}
