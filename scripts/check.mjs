// `npm run check`: everything that needs no running Worker. Each step prints one line; all run, any failure fails.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "./build.mjs";
import { ROOT } from "./serve.mjs";

/** Bytes after gzip (ARCHITECTURE.md, "Numbers to hold"). */
const WORKER_BUDGET = 3_000_000;
const FIRST_LOAD_BUDGET = 250_000;

const steps = [
  ["format", () => run("oxfmt", "--check")],
  ["lint", () => run("oxlint", "--deny-warnings")],
  ["types", () => run("tsc", "-p", ".")],
  ["types of the dashboard", () => run("tsc", "-p", "dashboard")],
  ["dead code", () => run("knip")],
  ["types of the bindings", () => run("wrangler", "types", "--check", "--include-runtime=false")],
  ["lock file names no host", lockFileIsClean],
  ["bundle", () => build()],
  ["size of the Worker", () => within("dist/worker/worker.js", WORKER_BUDGET)],
  ["first load of the dashboard", () => within(firstLoad(), FIRST_LOAD_BUDGET)],
];

let failed = 0;
for (const [name, step] of steps) {
  try {
    console.log(`ok    ${name}${note(step())}`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}\n${error.message}`);
  }
}
if (failed > 0) {
  console.error(`${failed} of ${steps.length} checks failed`);
  process.exit(1);
}

function run(command, ...args) {
  const result = spawnSync(path.join(ROOT, "node_modules/.bin", command), args, { cwd: ROOT, encoding: "utf8" });
  if (result.status !== 0) throw new Error(`${result.stdout ?? ""}${result.stderr ?? ""}${result.error ?? ""}`);
}

function within(files, budget) {
  const bytes = [files].flat().reduce((sum, file) => sum + gzipSync(readFileSync(path.join(ROOT, file))).length, 0);
  if (bytes > budget) throw new Error(`${bytes} bytes of gzip, the budget is ${budget}`);
  return `${Math.round(bytes / 1000)} kB gzip of ${budget / 1000} kB`;
}

/** The page itself and every script and style it names: what a browser fetches before it can show a screen. */
function firstLoad() {
  const page = "dist/assets/index.html";
  const html = readFileSync(path.join(ROOT, page), "utf8");
  const named = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.(?:js|css))"/g)].map(
    ([, url]) => `dist/assets${url}`,
  );
  if (named.length === 0) throw new Error("index.html names no scripts");
  return [page, ...named];
}

function lockFileIsClean() {
  const lock = readFileSync(path.join(ROOT, "package-lock.json"), "utf8");
  const hosts = lock.match(/"resolved": "https?:[^"]*"/g) ?? [];
  if (hosts.length > 0) throw new Error(`package-lock.json names download addresses: ${hosts[0]}`);
}

function note(text) {
  return typeof text === "string" ? ` (${text})` : "";
}
