// `npm run torture`: the long form of test/torture and test/fuzz, one suite after the other: about 10 minutes of faults,
// then what is left is let calm down; load beyond capacity; 200,000 hostile requests. One table of totals at the end, and
// all of them in dist/torture/report.json. One suite by its name: `npm run torture -- --overload`.
// INLET_TORTURE_MINUTES, INLET_TORTURE_SEED, INLET_FUZZ_INPUTS and INLET_FUZZ_SEED say how long and which plan.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { ROOT } from "./serve.mjs";

/** Each writes dist/torture/<name>.json: `{ suite, seed, seconds, figures, refused, faults }`. */
const SUITES = {
  accounting: { tests: "test/torture/accounting.test.ts" },
  overload: { tests: "test/torture/overload.test.ts" },
  // Hostile requests to every route (test/fuzz/README.md); its "faults" are the requests by class.
  fuzz: {
    tests: "test/fuzz/fuzz.test.ts",
    assets: true,
    env: { INLET_FUZZ_INPUTS: process.env.INLET_FUZZ_INPUTS ?? "200000" },
  },
};

const { values } = parseArgs({
  options: Object.fromEntries(Object.keys(SUITES).map((name) => [name, { type: "boolean", default: false }])),
});
const named = Object.keys(SUITES).filter((name) => values[name]);
const chosen = named.length > 0 ? named : Object.keys(SUITES);

const folder = path.join(ROOT, "dist/torture");
const fileOf = (name) => path.join(folder, `${name}.json`);
build(chosen.some((name) => SUITES[name].assets) ? {} : { parts: ["worker"] });
mkdirSync(folder, { recursive: true });
for (const name of chosen) rmSync(fileOf(name), { force: true });

const started = new Date();
const env = {
  ...process.env,
  INLET_TORTURE_MINUTES: process.env.INLET_TORTURE_MINUTES ?? "10",
  INLET_TORTURE_LOG: process.env.INLET_TORTURE_LOG ?? "rounds",
};
// One file after the other: each wants the machine for itself.
const passed = Object.fromEntries(chosen.map((name) => [name, run(SUITES[name])]));

function run({ tests, env: own = {} }) {
  const args = ["run", "--project", "product", tests];
  const options = { cwd: ROOT, stdio: "inherit", env: { ...env, ...own } };
  return spawnSync(path.join(ROOT, "node_modules/.bin/vitest"), args, options).status === 0;
}

const suites = chosen
  .filter((name) => existsSync(fileOf(name)))
  .map((name) => ({ ...JSON.parse(readFileSync(fileOf(name), "utf8")), passed: passed[name] }));
const report = {
  at: started.toISOString(),
  minutes: Number(env.INLET_TORTURE_MINUTES),
  passed: Object.values(passed).every(Boolean),
  suites,
};
const file = path.join(folder, "report.json");
writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);

for (const { suite, figures, refused, faults } of suites) {
  const reasons = Object.entries(refused).map(([why, n]) => [`refused: ${why}`, n]);
  console.log(`\n${suite}`);
  console.table({ ...figures, ...Object.fromEntries(reasons) });
  console.table(faults);
}
const sum = (counts) => Object.values(counts).reduce((all, count) => all + count, 0);
const rows = suites.map(({ suite, seed, seconds, figures, faults, passed: ok }) => {
  const { inputs, requests, acknowledged, archived, lost, "doubled in the archive": doubled } = figures;
  const shown = { seed, seconds, requests: inputs ?? requests, acknowledged, archived, lost, doubled };
  const known = Object.entries(shown).map(([name, count]) => [name, count ?? ""]);
  return [suite, { ...Object.fromEntries(known), faults: sum(faults), passed: ok }];
});
console.log("\nAltogether");
console.table(Object.fromEntries(rows));
for (const name of chosen.filter((one) => !existsSync(fileOf(one)))) console.log(`${name} wrote no totals.`);
console.log(`${report.passed ? "Passed" : "FAILED"}. ${path.relative(ROOT, file)}`);
process.exit(report.passed ? 0 : 1);
