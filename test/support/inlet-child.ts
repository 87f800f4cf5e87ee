// Inlet as a process of its own, for tests that kill it: node inlet-child.ts <port> <stateDir>.
import path from "node:path";
import { endLeftover, runtimes, serve } from "../../scripts/serve.mjs";
import { TEST_SECRETS } from "./secrets.ts";

const [port, stateDir] = process.argv.slice(2);
if (port === undefined || stateDir === undefined) throw new Error("usage: inlet-child.ts <port> <stateDir>");

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
});
process.on("message", () => void inlet.stop().then(() => process.exit(0)));
process.send?.({ url: inlet.url.href, runtimes: runtimes(process.pid) });
