// Inlet as a process of its own, for tests that kill it: node inlet-child.ts <port> <stateDir> [<entry>].
import { readFileSync } from "node:fs";
import path from "node:path";
import { endLeftover, runtimes, serve } from "../../scripts/serve.mjs";
import { TEST_SECRETS } from "./secrets.ts";

const [port, stateDir, entry] = process.argv.slice(2);
if (port === undefined || stateDir === undefined) throw new Error("usage: inlet-child.ts <port> <stateDir> [<entry>]");

// Whoever started this process is gone: nobody else would end it.
process.on("disconnect", () => process.exit(1));

const pidFile = path.join(stateDir, "workerd.pid");
endLeftover(pidFile);
const inlet = await serve({
  port: Number(port),
  stateDir,
  pidFile,
  vars: { ...TEST_SECRETS, INLET_DEMO: "true", INLET_ALLOW_PRIVATE_HOSTS: "true" },
  log: "none",
  ...(entry === undefined ? {} : { entry: readFileSync(entry, "utf8") }),
});
process.on("message", () => void inlet.stop().then(() => process.exit(0)));
process.send?.({ url: inlet.url.href, runtimes: runtimes(process.pid) });
