// World: the countries of the map, from Natural Earth (public domain) by way of world-atlas (ISC).
//
// Borders follow the view of the United Nations: Crimea is drawn with Ukraine (General Assembly
// resolution 68/262), northern Cyprus with Cyprus, Somaliland with Somalia.  Countries are named
// by ISO 3166-1 alpha-2, Kosovo by XK, as databases of addresses name it.

import { createRequire } from "node:module";
import { geoArea, geoCentroid, geoContains } from "d3-geo";
import { feature, mergeArcs, quantize } from "topojson-client";
import { presimplify, quantile, simplify, sphericalTriangleArea } from "topojson-simplify";

const require = createRequire(import.meta.url);
const atlas = require("world-atlas/countries-50m.json");
const iso = require("i18n-iso-countries");

const CRIMEA = [34.1, 45.0];
const RUSSIA = "RU";
const UKRAINE = "UA";
const WITHOUT_CODE = { Kosovo: "XK" };
const DRAWN_WITH = { "N. Cyprus": "CY", Somaliland: "SO" };

// Our choice by eye: coasts keep their shape on a map 560 px wide, and the file stays small.
const KEPT_DETAIL = 0.09;
const QUANTIZATION = 8e3;

/** Return the topology: one object, `countries`, with `id` and `at`, the middle of the mainland. */
export function world() {
  const topology = { ...atlas, objects: { countries: united(atlas) } };
  delete topology.objects.land;
  const detailed = presimplify(topology, sphericalTriangleArea);
  const middles = new Map(
    topology.objects.countries.geometries.map((country) => [country, middle(topology, country)]),
  );
  const lighter = simplify(detailed, quantile(detailed, KEPT_DETAIL));
  const geometries = topology.objects.countries.geometries.map((country) => ({
    type: country.type,
    id: country.id,
    at: middles.get(country),
    arcs: kept(lighter, country),
  }));
  const countries = { type: "GeometryCollection", geometries };
  return quantize(unused(lighter, countries), QUANTIZATION);
}

/** Return the countries with codes, disputed parts joined to the country they are drawn with. */
function united(source) {
  const geometries = source.objects.countries.geometries
    .filter((country) => country.properties.name !== "Antarctica")
    .map((country) => ({ ...country, id: code(country) }));
  const parts = new Map(geometries.map((country) => [country, polygons(country)]));
  const move = (polygon, from, to) => {
    parts.get(from).splice(parts.get(from).indexOf(polygon), 1);
    parts.get(to).push(polygon);
  };
  const named = (id) => geometries.find((country) => country.id === id);
  const crimea = polygons(named(RUSSIA)).findIndex((arcs) => holds(source, arcs, CRIMEA));
  if (crimea < 0) throw new Error("no polygon of Russia holds Crimea: has the atlas changed?");
  move(parts.get(named(RUSSIA))[crimea], named(RUSSIA), named(UKRAINE));
  for (const country of geometries) {
    // Some islands stand apart in the atlas under their country's code.
    const host = DRAWN_WITH[country.properties.name] ?? country.id;
    if (host && named(host) !== country) for (const polygon of [...parts.get(country)]) move(polygon, country, named(host));
  }
  const kept = geometries.filter((country) => parts.get(country).length > 0);
  return {
    type: "GeometryCollection",
    geometries: kept.map((country) => ({
      ...mergeArcs(source, parts.get(country).map((arcs) => ({ type: "Polygon", arcs }))),
      id: country.id,
    })),
  };
}

function code(country) {
  return WITHOUT_CODE[country.properties.name] ?? iso.numericToAlpha2(country.id) ?? "";
}

function polygons(country) {
  return country.type === "Polygon" ? [country.arcs] : [...country.arcs];
}

function holds(source, arcs, point) {
  return geoContains(feature(source, { type: "Polygon", arcs }), point);
}

function middle(source, country) {
  const shapes = polygons(country).map((arcs) => feature(source, { type: "Polygon", arcs }));
  const largest = shapes.reduce((a, b) => (geoArea(a) >= geoArea(b) ? a : b));
  return geoCentroid(largest).map((degrees) => Math.round(degrees * 10) / 10);
}

/** Return a country's polygons, without islands that the simplification left no area. */
function kept(source, country) {
  return polygons(country).filter((arcs, index, all) => {
    const [outer] = feature(source, { type: "Polygon", arcs }).geometry.coordinates;
    return all.length === 1 || new Set(outer.map(String)).size > 3;
  });
}

/** Return a topology of `countries` alone, without arcs that nothing uses. */
function unused(source, countries) {
  const numbers = new Map();
  const renumber = (arc) => {
    const old = arc < 0 ? ~arc : arc;
    if (!numbers.has(old)) numbers.set(old, numbers.size);
    return arc < 0 ? ~numbers.get(old) : numbers.get(old);
  };
  for (const country of countries.geometries) {
    country.type = "MultiPolygon";
    country.arcs = country.arcs.map((polygon) => polygon.map((ring) => ring.map(renumber)));
  }
  const arcs = [...numbers.keys()].map((old) => source.arcs[old]);
  return { type: "Topology", bbox: source.bbox, objects: { countries }, arcs };
}
