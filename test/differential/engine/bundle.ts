import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { unstable_readConfig } from "wrangler";
import { ROOT } from "../../support/sources.ts";

export interface Module {
  readonly type: "ESModule" | "CompiledWasm" | "Text";
  readonly path: string;
  readonly contents: string | Uint8Array<ArrayBuffer>;
}

const TYPES: Readonly<Record<string, Module["type"]>> = {
  ".js": "ESModule",
  ".mjs": "ESModule",
  ".wasm": "CompiledWasm",
};

/** What of the product's wrangler.toml decides how code is bundled and run. */
export function runtimeConfig() {
  const config = unstable_readConfig({ config: path.join(ROOT, "wrangler.toml") }, { hideWarnings: true });
  const { compatibility_date, compatibility_flags, alias, rules, define } = config;
  return { compatibility_date, compatibility_flags, alias, rules, define };
}

/** A test's Worker, bundled as the product is. Entry first. @param main its path, without links. */
export function bundleWorker(main: string): readonly Module[] {
  const out = mkdtempSync(path.join(tmpdir(), "inlet-differential-"));
  try {
    const config = path.join(out, "wrangler.json");
    writeFileSync(config, JSON.stringify({ name: "differential", main, ...runtimeConfig() }));
    const wrangler = path.join(ROOT, "node_modules/.bin/wrangler");
    const options = { cwd: ROOT, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } } as const;
    const made = spawnSync(
      wrangler,
      ["deploy", "--config", config, "--dry-run", "--outdir", path.join(out, "js")],
      options,
    );
    if (made.status !== 0) throw new Error(`the test Worker could not be bundled\n${made.stdout}${made.stderr}`);
    const files = readdirSync(path.join(out, "js")).filter((file) => TYPES[path.extname(file)] !== undefined);
    const modules = files.map((file): Module => {
      const type = TYPES[path.extname(file)] ?? "Text";
      const at = path.join(out, "js", file);
      return {
        type,
        path: file,
        contents: type === "ESModule" ? readFileSync(at, "utf8") : new Uint8Array(readFileSync(at)),
      };
    });
    const entry = `${path.basename(main, ".ts")}.js`;
    return modules.toSorted((a, b) => Number(b.path === entry) - Number(a.path === entry));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
