// `node scripts/complete-lock.mjs` after a dependency changed: adds to package-lock.json the optional packages of
// other platforms that the registry in use did not list (mirrors often lack them). Without them `npm ci` of npm 11
// refuses the lock file, and other platforms would install nothing. Their versions are what their parents ask for.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const FILE = path.resolve(import.meta.dirname, "../package-lock.json");
const SYSTEMS = {
  android: "android",
  darwin: "darwin",
  freebsd: "freebsd",
  linux: "linux",
  openharmony: "openharmony",
  win32: "win32",
  windows: "win32",
};
const PROCESSORS = {
  arm64: "arm64",
  x64: "x64",
  64: "x64",
  ia32: "ia32",
  arm: "arm",
  ppc64: "ppc64",
  ppc64le: "ppc64",
  riscv64: "riscv64",
  s390x: "s390x",
  loong64: "loong64",
  wasm32: "wasm32",
};

/** Optional dependencies that some package names and the lock file has no entry for: name → version and parent. */
export function missingFrom(lock) {
  const names = new Set(
    Object.keys(lock.packages).map((at) => at.slice(at.lastIndexOf("node_modules/") + "node_modules/".length)),
  );
  const missing = new Map();
  for (const parent of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      if (!names.has(name)) missing.set(name, { version, dev: parent.dev });
    }
  }
  return missing;
}

function entryOf(name, { version, dev }) {
  if (!/^\d+\.\d+\.\d+/.test(version)) throw new Error(`${name} is asked for as ${version}: not one version`);
  const words = name.slice(name.indexOf("/") + 1).split("-");
  const os = words.map((word) => SYSTEMS[word]).find(Boolean);
  const cpu = words.map((word) => PROCESSORS[word]).findLast(Boolean);
  const libc = words.some((word) => word.startsWith("musl")) ? "musl" : words.includes("gnu") ? "glibc" : undefined;
  if (cpu === undefined) throw new Error(`cannot tell the processor of ${name}`);
  return {
    version,
    cpu: [cpu],
    ...(dev ? { dev } : {}),
    ...(libc ? { libc: [libc] } : {}),
    optional: true,
    ...(os ? { os: [os] } : {}),
  };
}

function complete() {
  const lock = JSON.parse(readFileSync(FILE, "utf8"));
  const missing = missingFrom(lock);
  for (const [name, asked] of missing) lock.packages[`node_modules/${name}`] = entryOf(name, asked);
  lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${missing.size} entries added`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) complete();
