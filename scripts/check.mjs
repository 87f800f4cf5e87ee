// `npm run check`: everything that needs no running Worker. Each step prints one line; all run, any
// failure fails. What cannot be asked from where it runs (advisories, without a registry) is said and fails nothing.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { auditDependencies } from "./audit.mjs";
import { build } from "./build.mjs";
import { missingFrom } from "./complete-lock.mjs";
import { ROOT } from "./serve.mjs";

/** Bytes after gzip. */
const WORKER_BUDGET = 3_000_000;
const FIRST_LOAD_BUDGET = 250_000;
/** The chunk around every screen of the dashboard, and those around some of them. */
const SHELL = "parts/shell.tsx";
const LAYOUTS = {
  "screens/source-layout.tsx": /^screens\/(?:setup|debugger|settings|exports|archive)\.tsx$/,
  "screens/destination-layout.tsx":
    /^screens\/(?:delivery|mappings|mapping-editor|filters?|filter-editor|dead-letters|event-test|destination-settings)\.tsx$/,
};

const steps = [
  ["format", () => run("oxfmt", "--check")],
  ["lint", () => run("oxlint", "--deny-warnings")],
  ["types", () => run("tsc", "-p", ".")],
  ["types of the dashboard", () => run("tsc", "-p", "dashboard")],
  ["dead code", () => run("knip")],
  ["types of the bindings", () => run("wrangler", "types", "--check", "--include-runtime=false")],
  ["lock file is complete and names no host", lockFileIsClean],
  ["advisories about dependencies", auditDependencies],
  ["bundle", () => build()],
  ["size of the Worker", () => within("dist/worker/worker.js", WORKER_BUDGET)],
  ["first load of the dashboard", firstLoads],
];

let failed = 0;
const undone = [];
for (const [name, step] of steps) {
  try {
    const found = step();
    if (found?.undone === undefined) console.log(`ok    ${name}${note(found)}`);
    else {
      undone.push(name);
      console.log(`----  ${name}: not checked, ${found.undone}`);
    }
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}\n${error.message}`);
  }
}
if (undone.length > 0) console.error(`not checked: ${undone.join(", ")}`);
if (failed > 0) {
  console.error(`${failed} of ${steps.length} checks failed`);
  process.exit(1);
}

function run(command, ...args) {
  const result = spawnSync(path.join(ROOT, "node_modules/.bin", command), args, { cwd: ROOT, encoding: "utf8" });
  if (result.status !== 0) throw new Error(`${result.stdout ?? ""}${result.stderr ?? ""}${result.error ?? ""}`);
}

function within(files, budget, remark = "") {
  const bytes = sizeOf(files);
  if (bytes > budget) throw new Error(`${bytes} bytes of gzip, the budget is ${budget}${remark}`);
  return `${Math.round(bytes / 1000)} kB gzip of ${budget / 1000} kB${remark}`;
}

function sizeOf(files) {
  return [files].flat().reduce((sum, file) => sum + gzipSync(readFileSync(path.join(ROOT, file))).length, 0);
}

/** The heaviest direct visit: the page, what it names, the shell, a layout, one screen, and all that these import. */
function firstLoads() {
  const manifest = JSON.parse(readFileSync(path.join(ROOT, "dist/dashboard-manifest.json"), "utf8"));
  const frames = new Set([SHELL, ...Object.keys(LAYOUTS)]);
  const screens = manifest["index.html"].dynamicImports.filter((chunk) => !frames.has(chunk));
  if (screens.length === 0) throw new Error("the dashboard has no lazy routes");
  const around = (screen) => Object.keys(LAYOUTS).filter((layout) => LAYOUTS[layout].test(screen));
  const visits = screens.map((screen) => ({
    screen,
    files: filesOf(manifest, ["index.html", SHELL, ...around(screen), screen]),
  }));
  const [worst] = visits.toSorted((a, b) => sizeOf(b.files) - sizeOf(a.files));
  return within(worst.files, FIRST_LOAD_BUDGET, `, the heaviest is ${worst.screen}`);
}

/** The files of these chunks and of every chunk that they import statically. */
function filesOf(manifest, chunks) {
  const known = new Set(chunks);
  for (const chunk of known) {
    if (manifest[chunk] === undefined) throw new Error(`the dashboard has no chunk ${chunk}`);
    for (const imported of manifest[chunk].imports ?? []) known.add(imported);
  }
  const files = [...known].flatMap((chunk) => [manifest[chunk].file, ...(manifest[chunk].css ?? [])]);
  return ["index.html", ...new Set(files)].map((file) => `dist/assets/${file}`);
}

function lockFileIsClean() {
  const lock = readFileSync(path.join(ROOT, "package-lock.json"), "utf8");
  const hosts = lock.match(/"resolved": "https?:[^"]*"/g) ?? [];
  if (hosts.length > 0) throw new Error(`package-lock.json names download addresses: ${hosts[0]}`);
  const missing = missingFrom(JSON.parse(lock)).size;
  if (missing > 0)
    throw new Error(`package-lock.json lacks ${missing} optional packages: node scripts/complete-lock.mjs`);
}

function note(text) {
  return typeof text === "string" ? ` (${text})` : "";
}
