import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { portOf } from "../support/port.ts";
import { ROOT } from "../support/sources.ts";

const BULK = "/-/npm/v1/security/advisories/bulk";
const CALL = "import { auditDependencies } from './scripts/audit.mjs'; console.log(auditDependencies())";

/** As the registry answers of one package; npm alone decides what is installed, needed, and so concerned. */
const advisory = (id: number, severity: string) => [
  {
    id,
    url: `https://github.com/advisories/GHSA-test-${id}`,
    title: "Made up for this test",
    severity,
    vulnerable_versions: "*",
    cwe: ["CWE-79"],
    cvss: { score: 7.5, vectorString: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N" },
  },
];

/** What the check says, with the real npm, when the registry knows of these advisories. */
async function auditWith(advisories: Readonly<Record<string, unknown>>): Promise<string> {
  const registry = createServer((request, response) => {
    const isBulk = request.url === BULK;
    response.writeHead(isBulk ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(isBulk ? advisories : {}));
    request.resume();
  });
  await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
  // npm remembers by its number what an advisory says.
  const cache = await mkdtemp(path.join(tmpdir(), "inlet-audit-"));
  try {
    const env = {
      ...process.env,
      npm_config_registry: `http://127.0.0.1:${portOf(registry)}`,
      npm_config_cache: cache,
    };
    const options = { cwd: ROOT, env };
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", CALL], options);
    return stdout.trim();
  } finally {
    registry.close();
    registry.closeAllConnections();
    await rm(cache, { recursive: true, force: true });
  }
}

describe("a registry that answers", () => {
  it("fails the check with high and critical advisories about what the Worker runs, each by name", async () => {
    const audit = auditWith({ hono: advisory(1, "high"), aws4fetch: advisory(4, "critical") });
    await expect(audit).rejects.toThrow(/aws4fetch .*: critical\n[^]*hono .*: high/);
  });

  it("fails nothing with lesser ones, nor with grave ones about tools, and counts both", async () => {
    const said = await auditWith({ "itty-router": advisory(2, "moderate"), knip: advisory(3, "critical") });
    expect(said).toMatch(/^[1-9]\d* lesser advisories in what the Worker runs, [1-9]\d* in .*, 1 of them grave$/);
  });
});
