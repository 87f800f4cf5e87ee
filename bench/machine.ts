import { readFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import path from "node:path";
import { ROOT } from "../scripts/serve.mjs";

export interface Machine {
  readonly cores: number;
  readonly model: string;
  readonly memoryGb: number;
  readonly node: string;
  readonly workerd: string;
  readonly miniflare: string;
  /** Load average when the run began: above 0.5 somebody else was using the machine. At its end its own load is in it. */
  readonly loadBefore: number;
}

const versionOf = (name: string): string =>
  (JSON.parse(readFileSync(path.join(ROOT, "node_modules", name, "package.json"), "utf8")) as { version: string })
    .version;

export const describeMachine = (): Machine => ({
  cores: cpus().length,
  model: cpus()[0]?.model ?? "unknown",
  memoryGb: Math.round(totalmem() / 1e9),
  node: process.version,
  workerd: versionOf("workerd"),
  miniflare: versionOf("miniflare"),
  loadBefore: loadavg()[0] ?? 0,
});
