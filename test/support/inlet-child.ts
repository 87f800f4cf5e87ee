// Inlet as a process of its own, for tests that kill it. It loads its code at once, and starts when it is told how.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { endLeftover, runtimes, serve } from "../../scripts/serve.mjs";
import type { Ready, ToStart } from "./inlet-process.ts";
import { TEST_SECRETS } from "./secrets.ts";

// Whoever started this process is gone: nobody else would end it.
process.on("disconnect", () => process.exit(1));

const [{ port, stateDir, entry, queueWait }] = (await once(process, "message")) as [ToStart];
// What a killed process leaves behind goes with its state.
process.env["TMPDIR"] = path.join(stateDir, "tmp");
const pidFile = path.join(stateDir, "workerd.pid");
endLeftover(pidFile);
const inlet = await serve({
  port,
  stateDir,
  pidFile,
  vars: { ...TEST_SECRETS, INLET_DEMO: "true", INLET_ALLOW_PRIVATE_HOSTS: "true" },
  // Whoever starts it may want to read what the Worker logs.
  log: process.env["INLET_TEST_LOG"] === "info" ? "info" : "none",
  ...(entry === undefined ? {} : { entry: readFileSync(entry, "utf8") }),
  ...(queueWait === undefined ? {} : { queueWait }),
});
process.on("message", () => void inlet.stop().then(() => process.exit(0)));
const ready: Ready = { url: inlet.url.href, runtimes: runtimes(process.pid) };
process.send?.(ready);
