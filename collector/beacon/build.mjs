// Build: every script that can be asked for, from one source, as JSON on standard output.
//
// [{"entry": "beacon.js", "features": ["hash"], "code": "…", "brotli": "base64"}, …], one for each set of features, and the
// consent script. Run by build.py in a folder that has esbuild and terser; the first argument is the folder of beacon.js.

import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";

const FEATURES = [
  "consent",
  "downloads",
  "elements",
  "forms",
  "hash",
  "notfound",
  "outbound",
  "vitals",
];

// Terser's `unsafe` ones change what a program means only where the page replaced a built-in of the language.
const TERSER = {
  ecma: 2022,
  compress: {
    passes: 3,
    ecma: 2022,
    inline: 3,
    keep_fargs: false,
    pure_getters: true,
    unsafe: true,
    unsafe_arrows: true,
    unsafe_math: true,
    unsafe_methods: true,
    unsafe_undefined: true,
  },
  format: { ecma: 2022 },
};

const source = process.argv[2];

// A script that sends nothing without a consent id, instead of one that sends it where there is one.
const STRICT = "strict";

async function script(entry, features) {
  const define = Object.fromEntries(
    [...FEATURES, STRICT].map((feature) => [
      feature.toUpperCase(),
      String(features.includes(feature) || (feature == "consent" && features.includes(STRICT))),
    ]),
  );
  const { outputFiles } = await build({
    entryPoints: [join(source, entry)],
    bundle: true,
    write: false,
    minifySyntax: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    define,
  });
  // esbuild leaves the modules' names as `var` at the start of a line. As `let` they belong to the block
  // of the `try`, so that no function has to keep them out of the page. What a browser lacks, it hears
  // nothing of.
  const block = `try{${outputFiles[0].text.replace(/^var /gm, "let ")}}catch{}`;
  return (await minify(block, TERSER)).code;
}

function compressed(code) {
  const bytes = Buffer.from(code);
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 16, // the window that takes the fewest bits to name
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  }).toString("base64");
}

const scripts = [];
async function add(entry, features) {
  const code = await script(entry, features);
  scripts.push({ entry, features, code, brotli: compressed(code) });
}
for (let set = 0; set < 2 ** FEATURES.length; set++) {
  const features = FEATURES.filter((_, bit) => (set >> bit) & 1);
  await add("beacon.js", features);
  if (features.includes("consent"))
    await add("beacon.js", [...features.filter((feature) => feature != "consent"), STRICT]);
}
await add("consent.js", []);
process.stdout.write(JSON.stringify(scripts));
