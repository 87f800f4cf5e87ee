// `npm run bench` (about 4 minutes), `npm run bench -- --quick` (within one), `npm run bench -- --month` (a month of
// traffic through the exports; `--events N --days D` for less): see bench/README.md.
import { parseArgs } from "node:util";
import { runBench } from "../bench/main.ts";
import { benchMonth } from "../bench/month/main.ts";
import { build } from "./build.mjs";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    month: { type: "boolean", default: false },
    events: { type: "string", default: "2000000" },
    days: { type: "string", default: "30" },
  },
});
build({ parts: ["worker"] });
if (values.month) process.exitCode = await benchMonth({ events: Number(values.events), days: Number(values.days) });
else await runBench({ quick: values.quick });
