// Build: the files the pages load, from source, into the folder named by the first argument.
//
// The same sources and lock give the same bytes; a test builds again and compares.

import { createRequire } from "node:module";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { world } from "./world.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const target = resolve(process.argv[2] ?? join(here, "../static"));

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  charset: "utf8",
  legalComments: "none",
  outdir: target,
  logLevel: "warning",
  metafile: true,
};

const { metafile } = await build({
  ...common,
  entryPoints: { footfall: "src/footfall.js", map: "src/map.js", sql: "src/sql.js" },
  format: "esm",
  target: "es2022",
});
// Runs before the first paint, so that the page never shows in the wrong theme.
await build({ ...common, entryPoints: { theme: "src/theme.js" }, format: "iife", target: "es2020" });
await build({ ...common, entryPoints: { footfall: "styles/footfall.css", sql: "styles/sql.css" } });
writeFileSync(join(target, "world.json"), JSON.stringify(world()));
writeFileSync(join(target, "licences.txt"), licences(Object.keys(metafile.inputs)));

/** Return the licences of what the files hold of others: whoever passes them on has to as well. */
function licences(inputs) {
  const names = inputs.map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  const packages = [...new Set([...names.filter(Boolean), "world-atlas"])].sort();
  return packages.map(licence).join("\n\n");
}

function licence(name) {
  const folder = join(packagesFolder(), name);
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (!file) throw new Error(`${name} ${version} has no licence file to pass on`);
  return `${name} ${version}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
}

/** Return node_modules, wherever Node finds it from here. */
function packagesFolder() {
  const atlas = createRequire(import.meta.url).resolve("world-atlas/countries-50m.json");
  return resolve(dirname(atlas), "..");
}
