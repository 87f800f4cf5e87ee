// What the registry knows against the dependencies (`npm audit`). What runs in the Worker is judged; the rest is told.
import { spawnSync } from "node:child_process";
import { ROOT } from "./serve.mjs";

const GRAVE = new Set(["high", "critical"]);
/** A registry that is asked and does not answer. */
const TIMEOUT_MS = 30_000;
/** Of a report: the worse the news, the longer it is. */
const MOST_BYTES = 256e6;

/**
 * @param {string} text what `npm audit --json` has written
 * @returns {{ asked: false, why: string } | { asked: true, grave: string[], total: number }} `grave`: package, severity and
 *   range of each advisory that is high or critical
 */
export function readAudit(text) {
  let report;
  try {
    report = JSON.parse(text);
  } catch {
    return { asked: false, why: text.trim().split("\n")[0] || "no answer" };
  }
  if (typeof report?.vulnerabilities !== "object" || report.vulnerabilities === null) {
    return { asked: false, why: report?.message || report?.error?.summary || report?.error?.code || "no answer" };
  }
  const found = Object.values(report.vulnerabilities);
  return {
    asked: true,
    grave: found
      .filter(({ severity }) => GRAVE.has(severity))
      .map(({ name, severity, range }) => `${name} ${range}: ${severity}`),
    total: found.length,
  };
}

/** @param {string[]} args */
function audit(...args) {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const { stdout, error } = spawnSync(npm, ["audit", "--json", ...args], {
    cwd: ROOT,
    encoding: "utf8",
    timeout: TIMEOUT_MS,
    maxBuffer: MOST_BYTES,
  });
  return readAudit(error === undefined ? stdout : JSON.stringify({ message: error.message }));
}

/**
 * @returns {{ undone: string } | string} what could not be asked, or the figures
 * @throws when a dependency of the Worker has an advisory that is high or critical
 */
export function auditDependencies() {
  const worker = audit("--omit=dev");
  if (!worker.asked) return { undone: `the registry could not be asked: ${worker.why}` };
  if (worker.grave.length > 0) throw new Error(worker.grave.join("\n"));
  const all = audit();
  const rest = all.asked ? `, ${all.total} in everything installed, ${all.grave.length} of them grave` : "";
  return `${worker.total} lesser advisories in what the Worker runs${rest}`;
}
