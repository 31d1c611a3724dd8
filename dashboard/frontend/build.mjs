// Build: the files the pages load, from source, into the folder named by the first argument.
//
// The same sources and lock give the same bytes; a test builds again and compares.

import { writeFileSync } from "node:fs";
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
};

await build({
  ...common,
  entryPoints: { footfall: "src/footfall.js", map: "src/map.js" },
  format: "esm",
  target: "es2022",
});
// Runs before the first paint, so that the page never shows in the wrong theme.
await build({ ...common, entryPoints: { theme: "src/theme.js" }, format: "iife", target: "es2020" });
await build({ ...common, entryPoints: { footfall: "styles/footfall.css" } });
writeFileSync(join(target, "world.json"), JSON.stringify(world()));
