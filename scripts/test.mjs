// `npm test`: builds what is stale (the product tests run the bundle), then every test. Arguments go to vitest.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { build } from "./build.mjs";
import { ROOT } from "./serve.mjs";

build();
const { status } = spawnSync(path.join(ROOT, "node_modules/.bin/vitest"), ["run", ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: "inherit",
});
process.exit(status ?? 1);
