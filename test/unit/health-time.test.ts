import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createHealthDeps } from "../../src/bindings/health-deps.ts";
import { checkHealth } from "../../src/core/health-check.ts";
import { HEALTH } from "../../src/core/health.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = () => new Promise<never>(() => undefined);

/** Objects that never answer, whatever is asked. */
const silent = { getByName: () => new Proxy({}, { get: () => never }) };

/** A Catalog that answers just in time. */
const slow =
  <T>(answer: T) =>
  () =>
    new Promise<T>((resolve) => void setTimeout(() => resolve(answer), HEALTH.answerMs - 100));
const source = { name: "Shop", settings: { shards: 4, drain: { afterMs: 2000 }, exports: { enabled: true } } };
const catalog = {
  listSources: slow(Array.from({ length: 200 }, (_, i) => ({ ...source, id: `s${i}` }))),
  listDestinations: slow([{ id: "d", name: "CRM" }]),
  listWarehouses: slow([]),
  workspace: slow({ budgetDollars: 10 }),
};

it("a look at health ends within its time and one answer's, also when nobody answers but a slow Catalog", async () => {
  const env = {
    CATALOG: { getByName: () => catalog },
    ...Object.fromEntries(
      ["INTAKE", "LEDGER", "EXPORTS", "REPLAYS", "DEBUGGER", "ARCHIVE_INDEX"].map((name) => [name, silent]),
    ),
  } as unknown as Env;
  const report = checkHealth(createHealthDeps(env, () => Date.now()));
  let ended = false;
  void report.then(() => (ended = true));
  await vi.advanceTimersByTimeAsync(HEALTH.totalMs + HEALTH.answerMs);
  expect(ended).toBe(true);
  expect((await report).findings.every(({ code }) => code === "no_answer")).toBe(true);
});
