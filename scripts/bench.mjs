// `npm run bench` (about 4 minutes), `npm run bench -- --quick` (within one): see bench/README.md.
import { runBench } from "../bench/main.ts";
import { build } from "./build.mjs";

build({ parts: ["worker"] });
await runBench({ quick: process.argv.includes("--quick") });
