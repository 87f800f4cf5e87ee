import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { chromium, type Browser, type LaunchOptions } from "playwright-core";
import { ROOT } from "./sources.ts";

const CACHE = path.join(ROOT, "node_modules/.cache/inlet");
const require = createRequire(import.meta.url);
const PACKAGE = require.resolve("@sparticuz/chromium");

/**
 * Names that tests may use for a page's host beside 127.0.0.1 and localhost: all lead to this machine. Every other
 * name fails to resolve, so that neither a page nor the browser itself can reach the network.
 */
const HOST_RULES = "MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost";

/**
 * A real headless Chromium from npm alone: @sparticuz/chromium brings the binary (Linux x64) and, for machines
 * without them, the shared libraries it needs beside glibc and libgcc_s (nss, nspr, expat) and one font.
 * INLET_TEST_CHROMIUM names another executable, for platforms the package does not serve.
 *
 * The package's own switches are not used: they turn the same-origin policy off, which is what the tests are about.
 */
export async function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  const own = process.env["INLET_TEST_CHROMIUM"];
  const { args = [], ...rest } = options;
  const { executablePath, env } = own === undefined ? await unpackedChromium() : { executablePath: own, env: {} };
  return chromium.launch({
    headless: true,
    executablePath,
    env: { ...definedEnv(), ...env },
    // Tests often run as root, where Chromium's sandbox cannot be had.
    chromiumSandbox: false,
    args: ["--no-pings", "--disable-domain-reliability", `--host-resolver-rules=${HOST_RULES}`, ...args],
    ...rest,
  });
}

interface Unpacked {
  readonly executablePath: string;
  readonly env: Record<string, string>;
}

/** Unpacks once per version, aside and then by one rename: two runs at a time do not see half a binary. */
async function unpackedChromium(): Promise<Unpacked> {
  const home = path.join(CACHE, `chromium-${packageVersion()}`);
  if (!existsSync(home)) {
    await mkdir(CACHE, { recursive: true });
    const aside = await mkdtemp(path.join(CACHE, "unpacking-"));
    await unpackInto(aside);
    await writeFile(path.join(aside, "fonts/fonts.conf"), fontsConf(home));
    await rename(aside, home).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
      await rm(aside, { recursive: true });
    });
  }
  return {
    executablePath: path.join(home, "chromium"),
    env: {
      FONTCONFIG_FILE: path.join(home, "fonts/fonts.conf"),
      LD_LIBRARY_PATH: [path.join(home, "al2023/lib"), process.env["LD_LIBRARY_PATH"]].filter(Boolean).join(":"),
    },
  };
}

/** In a process of its own, because the package unpacks to the temporary folder, and its libraries only on Lambda. */
async function unpackInto(folder: string): Promise<void> {
  const script = `const { default: chromium } = await import(${JSON.stringify(pathToFileURL(PACKAGE).href)});
    await (chromium.default ?? chromium).executablePath();`;
  await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
    env: { ...process.env, TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: "nodejs22.x" },
  });
}

function packageVersion(): string {
  const file = path.join(ROOT, "node_modules/@sparticuz/chromium/package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** The bundled font first, then whatever the machine has. */
const fontsConf = (home: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${home}/fonts/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${home}/fonts-cache</cachedir>
</fontconfig>
`;

const definedEnv = (): Record<string, string> =>
  Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
