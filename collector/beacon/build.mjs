// Build: every script that can be asked for, from one source, as JSON on standard output.
//
// [{"features": ["hash"], "code": "…", "brotli": "base64"}, …], one for each set of features.
// Run by build.py in a folder that has esbuild; the first argument is the folder of beacon.js.

import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "esbuild";

const FEATURES = ["consent", "downloads", "forms", "hash", "notfound", "outbound", "vitals"];

const source = process.argv[2];

async function script(features) {
  const define = Object.fromEntries(
    FEATURES.map((feature) => [feature.toUpperCase(), String(features.includes(feature))]),
  );
  const { outputFiles } = await build({
    entryPoints: [join(source, "beacon.js")],
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    target: "es2020",
    mangleProps: /_$/,
    charset: "utf8",
    define,
  });
  // Whatever is missing in a browser, the page hears nothing of it.
  return `try{${outputFiles[0].text.replace(/;\n$/, "")}}catch{}`;
}

function compressed(code) {
  const bytes = Buffer.from(code);
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  }).toString("base64");
}

const scripts = [];
for (let set = 0; set < 2 ** FEATURES.length; set++) {
  const features = FEATURES.filter((_, bit) => (set >> bit) & 1);
  const code = await script(features);
  scripts.push({ features, code, brotli: compressed(code) });
}
process.stdout.write(JSON.stringify(scripts));
