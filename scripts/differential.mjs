// `npm run differential`: Inlet's engine in workerd against upstream's own in Node, on at least 15,000 cases. Arguments
// go to test/differential/cli.ts.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { build } from "./build.mjs";
import { ROOT } from "./serve.mjs";

// No part: the catalogue's code is built with any.
build({ parts: [] });
const { status } = spawnSync(
  process.execPath,
  [path.join(ROOT, "test/differential/cli.ts"), ...process.argv.slice(2)],
  { cwd: ROOT, stdio: "inherit" },
);
process.exit(status ?? 1);
