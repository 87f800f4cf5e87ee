// Runs a script of this project with what it needs: `node scripts/run.mjs scripts/start.mjs`.
// Needs nothing but Node >= 20 and npm: installs the locked dependencies when they are missing or differ, then
// goes on under the Node that package.json pins (wrangler and vitest need a newer one than many machines have).
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const node = path.join(root, "node_modules/node/bin", process.platform === "win32" ? "node.exe" : "node");

if (!installed()) {
  console.error("Installing the locked dependencies …");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const { status } = spawnSync(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0 || !existsSync(node)) {
    console.error("npm ci failed; nothing was started.");
    process.exit(1);
  }
}

const [script, ...args] = process.argv.slice(2);
const child = spawn(node, [path.resolve(root, script), ...args], {
  cwd: root,
  // The channel carries nothing: the script sees it close when this process is killed, and can end itself.
  stdio: ["inherit", "inherit", "inherit", "ipc"],
  env: {
    ...process.env,
    PATH: `${path.join(root, "node_modules/.bin")}${path.delimiter}${process.env.PATH}`,
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_HIDE_BANNER: "true",
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    DO_NOT_TRACK: "1",
  },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
if (process.env.npm_lifecycle_event !== undefined) {
  const npm = ancestors();
  setInterval(() => ancestors() !== npm && child.kill("SIGTERM"), 500).unref();
}
child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));

/** npm and the shell between it and us, where the system tells: a killed npm must not leave the product running. */
function ancestors() {
  const stat = `/proc/${process.ppid}/stat`;
  if (!existsSync(stat)) return `${process.ppid}`;
  return `${process.ppid} ${
    readFileSync(stat, "utf8")
      .replace(/^.*\) \S /, "")
      .split(" ")[0]
  }`;
}

/** Whether node_modules holds exactly the versions of package-lock.json (other platforms' optional ones aside). */
function installed() {
  const at = path.join(root, "node_modules/.package-lock.json");
  if (!existsSync(at) || !existsSync(node)) return false;
  const have = JSON.parse(readFileSync(at, "utf8")).packages;
  const want = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8")).packages;
  return Object.entries(want).every(
    ([name, entry]) =>
      name === "" || (have[name] ? have[name].version === entry.version : entry.optional || entry.peer),
  );
}
