// Builds what is stale: dist/assets (dashboard, analytics.js files) and dist/worker (the bundled Worker).
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "./serve.mjs";

const bin = (name) => path.join(ROOT, "node_modules/.bin", name);

/** @param {{ force?: boolean }} [options] */
export function build({ force = false } = {}) {
  const shared = ["package-lock.json", "scripts/build.mjs"];
  ifStale("assets", ["dashboard", ...shared], force, () => {
    run("vite", ["build", "--config", "dashboard/vite.config.ts", "--logLevel", "warn"]);
    copyAnalyticsJs();
  });
  ifStale("worker", ["src", "durable", "queues", "wrangler.toml", ...shared], force, () => {
    run("wrangler", ["deploy", "--dry-run", "--outdir", "dist/worker"]);
  });
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
  try {
    execFileSync(bin(command), args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });
  } catch (error) {
    console.error(error.stdout, error.stderr);
    throw new Error(`${command} ${args[0]} failed`);
  }
}

function ifStale(name, inputs, force, work) {
  const stamp = path.join(ROOT, "dist", `.${name}`);
  const digest = createHash("sha256");
  for (const input of inputs) addTo(digest, path.join(ROOT, input));
  const now = digest.digest("hex");
  if (!force && existsSync(stamp) && readFileSync(stamp, "utf8") === now) return;
  console.error(`Building ${name} …`);
  mkdirSync(path.join(ROOT, "dist/assets"), { recursive: true });
  work();
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

if (process.argv[1] === import.meta.filename) build({ force: process.argv.includes("--force") });
