// Map: visitors by country, equal in area, near where the visitors are or the whole world.

import { geoAzimuthalEqualArea, geoDistance, geoEqualEarth, geoPath } from "d3-geo";
import { feature } from "topojson-client";
import { svg } from "./svg.js";

const WIDTH = 560;
const HEIGHT = 372;
const DEGREE = Math.PI / 180;
// "Nearby" reaches so far that most visitors are on it, and no closer than a region of countries.
const NEARBY_PART = 0.86;
const LEAST_REACH = 14 * DEGREE;
const MOST_REACH = 55 * DEGREE;
// A country drawn smaller than this (square pixels) gets a dot, or nobody could see or point at it.
const LEAST_AREA = 14;
const DOT_RADIUS = 3.5;

let world = null;
let chosen = "nearby";

export async function drawMap(section, container) {
  world ??= fetch(container.dataset.mapWorld).then((answer) => answer.json());
  const topology = await world;
  const rows = JSON.parse(container.dataset.map);
  const tabs = section.querySelector(".map-tabs");
  tabs.hidden = false;
  for (const tab of tabs.children) {
    tab.onclick = () => {
      chosen = tab.dataset.mapView;
      draw(tabs, container.querySelector("svg"), topology, rows);
    };
  }
  draw(tabs, container.querySelector("svg"), topology, rows);
}

function draw(tabs, picture, topology, rows) {
  for (const tab of tabs.children) {
    tab.setAttribute("aria-pressed", String(tab.dataset.mapView === chosen));
  }
  const countries = feature(topology, topology.objects.countries).features;
  const middles = new Map(
    topology.objects.countries.geometries.map((country) => [country.id, country.at]),
  );
  const found = new Map(rows.map((row) => [row.code, row]));
  const projection = project(rows, middles, countries);
  const path = geoPath(projection).digits(1);
  const empty = svg("g", { "aria-hidden": "true" });
  const full = svg("g");
  for (const country of countries) {
    const d = path(country);
    const row = found.get(country.id);
    if (!row) empty.append(d ? svg("path", { d }) : "");
    else full.append(link(row, shape(d, path.area(country), projection(middles.get(country.id)), row)));
  }
  const caption = chosen === "nearby" && rows[0] ? named(rows[0], projection(middles.get(rows[0].code) ?? [0, 0])) : "";
  picture.replaceChildren(empty, full, caption);
}

function shape(d, area, at, row) {
  if (area >= LEAST_AREA) return svg("path", { d, class: `m${row.step}` });
  if (!isInside(at)) return "";
  return svg("circle", { class: `m${row.step}`, cx: at[0], cy: at[1], r: DOT_RADIUS });
}

function link(row, mark) {
  if (!mark) return "";
  const text = `${row.name}: ${row.text} visitors, ${row.share}`;
  return svg(
    "a",
    { href: row.href, "data-swap": "", "data-key": `map:${row.code}`, "aria-label": text },
    svg("title", {}, text),
    mark,
  );
}

function named(row, at) {
  if (!isInside(at)) return "";
  const right = at[0] < WIDTH * 0.6;
  const end = [at[0] + (right ? 56 : -56), Math.min(at[1] + 40, HEIGHT - 24)];
  return svg(
    "g",
    { "aria-hidden": "true", class: "map-name" },
    svg("path", { class: "lead", d: `M${at}L${end}` }),
    svg(
      "text",
      { class: "cap", x: end[0], y: end[1] + 13, "text-anchor": "middle" },
      `${row.name} ${row.share}`,
    ),
  );
}

function isInside(at) {
  return at && at[0] >= 0 && at[0] <= WIDTH && at[1] >= 0 && at[1] <= HEIGHT;
}

function project(rows, middles, countries) {
  const near = chosen === "nearby" && reach(rows, middles);
  if (!near) {
    return geoEqualEarth().fitExtent(
      [[0, 8], [WIDTH, HEIGHT - 8]],
      { type: "FeatureCollection", features: countries },
    );
  }
  // The radius of a cap on the equal-area map, so that the cap fills the picture's height.
  const scale = HEIGHT / 2 / (2 * Math.sin(near.radius / 2));
  return geoAzimuthalEqualArea()
    .rotate([-near.middle[0], -near.middle[1]])
    .clipAngle(89)
    .translate([WIDTH / 2, HEIGHT / 2])
    .scale(scale)
    .clipExtent([[0, 0], [WIDTH, HEIGHT]]);
}

/** The middle of the visitors and the distance within which most of them are, null when far apart. */
function reach(rows, middles) {
  const known = rows.filter((row) => middles.has(row.code));
  const total = known.reduce((sum, row) => sum + row.visitors, 0);
  if (!total) return null;
  const middle = centre(known, middles);
  const far = known
    .map((row) => [geoDistance(middle, middles.get(row.code)), row.visitors])
    .sort((a, b) => a[0] - b[0]);
  let inside = 0;
  const [last] = far.find(([, visitors]) => (inside += visitors) >= total * NEARBY_PART) ?? far.at(-1);
  const radius = Math.max(LEAST_REACH, last * 1.15);
  return radius > MOST_REACH ? null : { middle, radius };
}

/** The mean of the countries' middles as points of a ball, by visitors. */
function centre(rows, middles) {
  const sum = [0, 0, 0];
  for (const row of rows) {
    const [longitude, latitude] = middles.get(row.code).map((degrees) => degrees * DEGREE);
    sum[0] += row.visitors * Math.cos(latitude) * Math.cos(longitude);
    sum[1] += row.visitors * Math.cos(latitude) * Math.sin(longitude);
    sum[2] += row.visitors * Math.sin(latitude);
  }
  return [
    Math.atan2(sum[1], sum[0]) / DEGREE,
    Math.atan2(sum[2], Math.hypot(sum[0], sum[1])) / DEGREE,
  ];
}
