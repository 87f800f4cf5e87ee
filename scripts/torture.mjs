// `npm run torture`: the long form of test/torture (about 10 minutes of faults, then what is left is let calm down), its
// totals at the end and in dist/torture/report.json. Suites by name: `npm run torture -- --overload`; all but those that
// have to be asked for when none is named. INLET_TORTURE_MINUTES and INLET_TORTURE_SEED say how long and which plan.
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
    onRequest: true,
    assets: true,
    env: { INLET_FUZZ_INPUTS: process.env.INLET_FUZZ_INPUTS ?? "200000" },
  },
};

const { values } = parseArgs({
  options: Object.fromEntries(Object.keys(SUITES).map((name) => [name, { type: "boolean", default: false }])),
});
const named = Object.keys(SUITES).filter((name) => values[name]);
const chosen = named.length > 0 ? named : Object.keys(SUITES).filter((name) => !SUITES[name].onRequest);

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
const passed = chosen.map((name) => {
  const args = ["run", "--project", "product", SUITES[name].tests];
  return (
    spawnSync(path.join(ROOT, "node_modules/.bin/vitest"), args, {
      cwd: ROOT,
      stdio: "inherit",
      env: { ...env, ...SUITES[name].env },
    }).status === 0
  );
});

const reports = chosen.filter((name) => existsSync(fileOf(name))).map((name) => JSON.parse(readFileSync(fileOf(name))));
const report = {
  at: started.toISOString(),
  minutes: Number(env.INLET_TORTURE_MINUTES),
  passed: passed.every(Boolean),
  suites: reports,
};
const file = path.join(folder, "report.json");
writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
for (const { suite, seed, seconds, figures, refused, faults } of reports) {
  console.log(`\n${suite}: seed ${seed}, ${seconds} s`);
  console.table({
    ...figures,
    ...Object.fromEntries(Object.entries(refused).map(([why, n]) => [`refused: ${why}`, n])),
  });
  console.table(faults);
}
console.log(`${report.passed ? "Passed" : "FAILED"}. ${path.relative(ROOT, file)}`);
process.exit(report.passed ? 0 : 1);
