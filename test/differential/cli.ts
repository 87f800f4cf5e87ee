// `npm run differential [-- --each 14] [--seed 1] [--pairs 2] [--only slug,slug]`: the long form.
import { parseArgs } from "node:util";
import { readManifest, variantsOf } from "./catalogue.ts";
import { casesOf } from "./generate/cases.ts";
import { NOT_OFFERED } from "./known.ts";
import { Report } from "./report.ts";
import { runCases } from "./run.ts";

const { values } = parseArgs({
  options: {
    each: { type: "string", default: "15" },
    seed: { type: "string", default: "1" },
    pairs: { type: "string", default: "2" },
    only: { type: "string" },
    case: { type: "string" },
  },
});

const only = values.only?.split(",");
const variants = variantsOf(readManifest()).filter(
  ({ slug }) => !(slug in NOT_OFFERED) && (only === undefined || only.includes(slug)),
);
const all = casesOf(variants, Number(values.each), Number(values.seed));
const cases = values.case === undefined ? all : [...all].filter(({ id }) => id === values.case);

const started = performance.now();
const report = new Report();
await runCases(cases, Number(values.pairs), (result) => {
  report.add(result);
  if (values.case !== undefined) console.log(JSON.stringify(result, undefined, 1));
  if (result.difference !== undefined) console.error(`${result.given.id}: ${result.difference.slice(0, 300)}`);
  if (report.all.cases % 1000 === 0) console.error(`${report.all.cases} cases, ${report.unequal.length} unequal …`);
});
console.log(report.lines().join("\n"));
console.log(`${Math.round((performance.now() - started) / 1000)} s`);
process.exit(report.unexplained.length === 0 ? 0 : 1);
