import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "./serve.mjs";

/**
 * wrangler.toml for an account on the free plan, written beside it: INLET_PLAN = "free", and without [limits], with
 * which Cloudflare refuses such a deployment (code 100328).
 * @returns {string} its path
 */
export function freeConfig() {
  const config = readFileSync(path.join(ROOT, "wrangler.toml"), "utf8");
  const free = config
    .replace(/^\[limits\]\n(?:(?!\[).*\n)*/m, "")
    .replace('INLET_PLAN = "paid"', 'INLET_PLAN = "free"');
  if (free.includes("[limits]") || !free.includes('INLET_PLAN = "free"'))
    throw new Error("wrangler.toml has changed its form");
  const file = path.join(ROOT, "wrangler.free.toml");
  writeFileSync(file, free);
  return file;
}
