// `npm run bench` (about 12 minutes), `-- --quick` (within two), `-- --publish` (keeps the page in bench/report),
// `npm run bench -- --month` (a month of
// traffic through the exports; `--events N --days D` for less): see bench/README.md.
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
  },
});
build({ parts: values.month ? ["worker"] : ["assets", "worker"] });
if (values.month) process.exitCode = await benchMonth({ events: Number(values.events), days: Number(values.days) });
else process.exitCode = await runBench({ quick: values.quick, publish: values.publish });
