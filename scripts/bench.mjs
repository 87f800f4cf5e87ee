// `npm run bench` (about 12 minutes), `-- --quick` (within two), `-- --publish` (keeps the page in bench/report),
// `npm run bench -- --month` (a month of traffic through the exports; `--events N --days D` for less, `--late SHARE` of
// them after the first comparison): see bench/README.md.
import { parseArgs } from "node:util";
import { runBench } from "../bench/main.ts";
import { benchMonth } from "../bench/month/main.ts";
import { build } from "./build.mjs";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    publish: { type: "boolean", default: false },
    month: { type: "boolean", default: false },
    events: { type: "string", default: "2000000" },
    days: { type: "string", default: "30" },
    late: { type: "string", default: "0.002" },
  },
});
build({ parts: values.month ? ["worker"] : ["assets", "worker"] });
if (values.month) {
  const [events, days, late] = [values.events, values.days, values.late].map(Number);
  process.exitCode = await benchMonth({ events, days, late });
} else process.exitCode = await runBench({ quick: values.quick, publish: values.publish });
