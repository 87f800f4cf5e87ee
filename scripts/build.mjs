// Builds what is stale: dist/catalogue (Segment's destinations, by destination), dist/assets (dashboard, analytics.js
// files, what is known of each destination) and dist/worker (the bundled Worker).
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "./serve.mjs";

const bin = (name) => path.join(ROOT, "node_modules/.bin", name);

const SHARED = ["package-lock.json", "scripts/build.mjs"];
/** The code of Segment's catalogue, bundled by destination: a part of the Worker, and what the kinds are made of. */
const CATALOGUE = ["scripts/catalogue-bundle.mjs", "scripts/catalogue.mjs", ...SHARED];
const KINDS = ["scripts/catalogue-kinds.mjs", "scripts/catalogue-facts.mjs"];
/** What each part that can be asked for is made of, in order. */
const MADE_OF = { assets: ["assets", "kinds"], worker: ["worker"] };
const PARTS = {
  catalogue: {
    inputs: CATALOGUE,
    make: () => run(process.execPath, ["scripts/catalogue.mjs", "code"]),
  },
  assets: {
    inputs: ["dashboard", ...SHARED],
    make() {
      run("vite", ["build", "--config", "dashboard/vite.config.ts", "--logLevel", "warn"]);
      renameSync(path.join(ROOT, "dist/assets/manifest.json"), path.join(ROOT, "dist/dashboard-manifest.json"));
      copyAnalyticsJs();
    },
  },
  kinds: {
    inputs: ["src/core/destination-kind.ts", "src/destinations/engine", ...KINDS, ...CATALOGUE],
    // Gone whenever the assets were made anew.
    output: "dist/assets/catalogue/index.json",
    make: () => run(process.execPath, ["scripts/catalogue.mjs", "kinds"]),
  },
  worker: {
    inputs: ["src", "durable", "queues", "wrangler.toml", ...CATALOGUE],
    make: () => run("wrangler", ["deploy", "--dry-run", "--outdir", "dist/worker"]),
  },
};

/** @param {{ parts?: (keyof typeof MADE_OF)[], force?: boolean }} [options] */
export function build({ parts = ["assets", "worker"], force = false } = {}) {
  for (const name of ["catalogue", ...parts.flatMap((part) => MADE_OF[part])]) ifStale(name, PARTS[name], force);
}

/** The npm package's own build of analytics.js: the script, and the chunks it loads when it needs them. */
function copyAnalyticsJs() {
  const from = path.join(ROOT, "node_modules/@segment/analytics-next/dist/umd");
  const to = path.join(ROOT, "dist/assets/analytics-next");
  mkdirSync(path.join(to, "bundles"), { recursive: true });
  cpSync(path.join(from, "standalone.js"), path.join(to, "standalone.js"));
  for (const file of readdirSync(from)) {
    if (/\.bundle\.[0-9a-f]+\.js$/.test(file)) cpSync(path.join(from, file), path.join(to, "bundles", file));
  }
}

function run(command, args) {
  const options = { cwd: ROOT, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } };
  const { status, stdout, stderr, error } = spawnSync(path.isAbsolute(command) ? command : bin(command), args, options);
  if (status === 0) return;
  console.error(`${command} ${args[0]} failed\n${stdout ?? ""}${stderr ?? ""}${error ?? ""}`);
  process.exit(1);
}

function ifStale(name, { inputs, output, make }, force) {
  const stamp = path.join(ROOT, "dist", `.${name}`);
  const digest = createHash("sha256");
  for (const input of inputs) addTo(digest, path.join(ROOT, input));
  const now = digest.digest("hex");
  const made = output === undefined || existsSync(path.join(ROOT, output));
  if (!force && made && existsSync(stamp) && readFileSync(stamp, "utf8") === now) return;
  console.error(`Building ${name} …`);
  mkdirSync(path.join(ROOT, "dist/assets"), { recursive: true });
  make();
  writeFileSync(stamp, now);
}

function addTo(digest, at) {
  const entries = readdirSync(path.dirname(at), { withFileTypes: true });
  const self = entries.find((entry) => entry.name === path.basename(at));
  if (self === undefined) return;
  if (self.isDirectory()) {
    for (const name of readdirSync(at).toSorted()) if (name !== "node_modules") addTo(digest, path.join(at, name));
  } else {
    digest.update(path.relative(ROOT, at)).update("\0").update(readFileSync(at));
  }
}

if (process.argv[1] === import.meta.filename) {
  const parts = Object.keys(MADE_OF).filter((name) => process.argv.includes(name));
  build({ force: process.argv.includes("--force"), ...(parts.length > 0 ? { parts } : {}) });
}
