// `npm run deploy [-- --free]`: builds and deploys to the Cloudflare account wrangler is signed in to. The first run makes the
// two secrets and keeps a copy in .inlet/deployed-secrets.json (ignored by git): the admin token signs you in, and
// whoever loses the sealing key loses the secrets sealed with it. `--free` is for accounts on the free plan (README);
// all other arguments go to `wrangler deploy`.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "./build.mjs";
import { freeConfig } from "./free-config.mjs";
import { ROOT } from "./serve.mjs";

const wrangler = path.join(ROOT, "node_modules/.bin/wrangler");
const file = path.join(ROOT, ".inlet/deployed-secrets.json");

build();
const first = !hasSecrets();
if (first) makeSecrets();
const secrets = first ? ["--secrets-file", file] : [];
const given = process.argv.slice(2);
const free = given.includes("--free") ? ["--config", freeConfig()] : [];
const rest = given.filter((one) => one !== "--free");
const { status } = spawnSync(wrangler, ["deploy", "--keep-vars", ...free, ...secrets, ...rest], {
  cwd: ROOT,
  stdio: "inherit",
});
if (status === 0 && first) console.log(`Sign in with the admin token in ${path.relative(ROOT, file)}.`);
process.exit(status ?? 1);

/** Whether the deployed Worker has both secrets; a Worker that does not exist yet has none. */
function hasSecrets() {
  const listed = spawnSync(wrangler, ["secret", "list", "--format", "json"], { cwd: ROOT, encoding: "utf8" });
  return listed.status === 0 && ["INLET_ADMIN_TOKEN", "INLET_SEAL_KEY"].every((name) => listed.stdout.includes(name));
}

/** Made once: a deployment that failed half-way must not seal with one key and open with another. */
function makeSecrets() {
  if (existsSync(file) && JSON.parse(readFileSync(file, "utf8")).INLET_SEAL_KEY) return;
  mkdirSync(path.dirname(file), { recursive: true });
  const made = {
    INLET_ADMIN_TOKEN: randomBytes(18).toString("base64url"),
    INLET_SEAL_KEY: randomBytes(32).toString("base64url"),
  };
  writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
}
