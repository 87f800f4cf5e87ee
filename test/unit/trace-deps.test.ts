import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createTraceDeps } from "../../src/bindings/trace-deps.ts";
import { TRACE } from "../../src/core/trace.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = () => new Promise<never>(() => {});

it("gives up on a ledger, a debugger, a shard and the archive that never answer, each after its time", async () => {
  const silent = { getByName: () => ({ lookup: never, refusals: never, lineTrace: never }) };
  const env = { INTAKE: silent, DEBUGGER: silent, LEDGER: silent, ARCHIVE: { get: never } } as unknown as Env;
  const deps = createTraceDeps(env, () => 0);
  const source = { id: "s", settings: { shards: 1 } } as Parameters<typeof deps.lookup>[0];
  const found = { stored: true, segment: "k", line: 0 } as Parameters<typeof deps.readEvent>[0];
  const asked = Promise.allSettled([
    deps.lookup(source, "m"),
    deps.refusals("s", "m"),
    deps.readEvent(found),
    deps.lineTrace("d", "k", 0),
  ]);
  await vi.advanceTimersByTimeAsync(TRACE.answerMs);
  expect((await asked).map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => "rejected"));
});
