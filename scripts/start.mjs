// `npm start`: the product on this machine, with state that survives. PORT, INLET_STATE_DIR, INLET_ADMIN_TOKEN.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "./build.mjs";
import { endLeftover, ROOT, serve } from "./serve.mjs";

/** Paths that are something already. */
const RESERVED = [
  "/api",
  "/v1",
  "/demo",
  "/assets",
  "/sources",
  "/destinations",
  "/warehouses",
  "/replays",
  "/catalog",
  "/trace",
  "/workspace",
  "/health",
  "/alerts",
  "/cost",
  "/sign-in",
  "/js",
  "/healthz",
];
const port = Number(process.env.PORT || 8787);
if (!Number.isInteger(port) || port < 0 || port > 65535) fail(`PORT must be a port number, not "${process.env.PORT}".`);
const pathPrefix = process.env.INLET_PATH_PREFIX ?? "";
// The Worker refuses it too (src/env.ts), but only when the first request comes.
if (!/^(?:\/[A-Za-z0-9_-]{1,64})?$/.test(pathPrefix) || RESERVED.includes(pathPrefix)) {
  fail(
    `INLET_PATH_PREFIX must be one path segment of its own with a leading slash, such as /k3x9, not "${pathPrefix}".`,
  );
}
const demo = process.env.INLET_DEMO ?? "true";
const home = process.env.INLET_STATE_DIR ? path.resolve(process.env.INLET_STATE_DIR) : path.join(ROOT, ".inlet");
// What people did is in here: nobody else on this machine may read it.
mkdirSync(home, { recursive: true, mode: 0o700 });
const secrets = readSecrets();

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
let server;
let stopping = false;
for (const signal of SIGNALS) process.on(signal, stop);
process.on("disconnect", stop);

build();
const pidFile = path.join(home, "workerd.pid");
const other = endLeftover(pidFile);
if (other !== undefined)
  fail(`Inlet already runs on ${home} (process ${other}); stop it, or choose another INLET_STATE_DIR.`);
try {
  server = await serve({
    port,
    stateDir: path.join(home, "state"),
    pidFile,
    vars: {
      INLET_DEMO: demo,
      INLET_PATH_PREFIX: pathPrefix,
      INLET_ALLOW_PRIVATE_HOSTS: process.env.INLET_ALLOW_PRIVATE_HOSTS ?? "true",
      INLET_HOSTS: process.env.INLET_HOSTS ?? `localhost:${port},127.0.0.1:${port},[::1]:${port}`,
      ...secrets,
    },
  });
} catch (error) {
  fail(/EADDRINUSE|already in use/i.test(String(error)) ? `Port ${port} is taken; choose another with PORT=…` : error);
}
// Miniflare's own handlers end the process at once; ours let the runtime finish first.
for (const signal of SIGNALS) process.removeAllListeners(signal).on(signal, stop);
if (stopping) await stop();
const origin = server.url.origin;
const shop = /^(?:true|1|yes|on|y|enabled)$/i.test(demo) ? ` · demo shop ${origin}/demo` : "";
console.log(`Inlet is ready: ${origin} · sign in with the admin token ${secrets.INLET_ADMIN_TOKEN}${shop}`);

/** The admin token and the sealing key: from the environment, else from an ignored file made on the first run. */
function readSecrets() {
  const file = path.join(home, "secrets.json");
  const kept = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const made = {
    INLET_ADMIN_TOKEN: kept.INLET_ADMIN_TOKEN ?? randomBytes(18).toString("base64url"),
    INLET_SEAL_KEY: kept.INLET_SEAL_KEY ?? randomBytes(32).toString("base64url"),
  };
  writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  const given = process.env.INLET_ADMIN_TOKEN;
  if (given !== undefined && given.length < 16) fail("INLET_ADMIN_TOKEN must have at least 16 characters.");
  return {
    INLET_ADMIN_TOKEN: given ?? made.INLET_ADMIN_TOKEN,
    INLET_SEAL_KEY: process.env.INLET_SEAL_KEY ?? made.INLET_SEAL_KEY,
  };
}

async function stop() {
  stopping = true;
  if (server === undefined) return;
  await server.stop();
  process.exit(0);
}

function fail(reason) {
  console.error(reason);
  process.exit(1);
}
