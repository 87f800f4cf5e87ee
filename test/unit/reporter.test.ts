import { expect, it, vi } from "vitest";
import type { Observation } from "../../src/core/sample.ts";
import { Reporter, type ReporterDeps } from "../../durable/intake/reporter.ts";

function createReporter() {
  const waits: { ms: number; work: () => Promise<void> }[] = [];
  const clock = { now: 1_000_000 };
  const count = vi.fn<ReporterDeps["count"]>(async () => undefined);
  const record = vi.fn(async (_observation: Observation) => ({ watching: false }));
  const reporter = new Reporter({
    sourceId: "s",
    record,
    count,
    now: () => clock.now,
    later: (ms, work) => void waits.push({ ms, work }),
  });
  return { reporter, clock, count, record, waits };
}

it("shows the first event after a quiet while at once, then keeps pushes two seconds apart", async () => {
  const { reporter, clock, count, record, waits } = createReporter();
  reporter.sawLines("accepted", "{}", 1);
  reporter.sawLines("duplicate", "{}\n{}", 2);
  expect(waits.map(({ ms }) => ms)).toEqual([50]);
  await waits[0]!.work();
  expect(record).toHaveBeenCalledWith(expect.objectContaining({ counts: { accepted: 1, duplicate: 2 } }));
  expect(count).toHaveBeenCalledWith(clock.now, { duplicate: 2 }, []);
  clock.now += 500;
  reporter.sawLines("duplicate", "{}", 1);
  expect(waits.at(-1)?.ms).toBe(1500);
});

it("leaves accepted events to be counted with their segment", async () => {
  const { reporter, count, waits } = createReporter();
  reporter.sawLines("accepted", "{}", 1);
  await waits[0]!.work();
  expect(count).not.toHaveBeenCalled();
});

it("tells the ledger the kinds of what was refused, added up, and again when it was out of reach", async () => {
  const { reporter, clock, count, waits } = createReporter();
  const error = vi.spyOn(console, "error").mockReturnValue();
  const kind = { type: "track", name: "Order" };
  const refusal = (kindCount: number): Observation => ({
    sourceId: "s",
    at: 0,
    counts: { "refused:id_required": kindCount },
    kinds: [{ reason: "id_required", kind, count: kindCount }],
    samples: [],
  });
  count.mockRejectedValueOnce(new Error("overloaded"));
  reporter.saw(refusal(1));
  await waits[0]!.work();
  reporter.saw(refusal(2));
  await waits[1]!.work();
  const told = [{ reason: "id_required", kind, count: 3 }];
  expect(count).toHaveBeenLastCalledWith(clock.now, { "refused:id_required": 3 }, told);
  reporter.sawLines("duplicate", "{}", 1);
  await waits[2]!.work();
  expect(count).toHaveBeenLastCalledWith(clock.now, { duplicate: 1 }, []);
  error.mockRestore();
});

it("goes on reporting when the clock has stepped back an hour", async () => {
  const { reporter, clock, waits } = createReporter();
  reporter.sawLines("accepted", "{}", 1);
  await waits[0]!.work();
  clock.now -= 3_600_000;
  reporter.sawLines("accepted", "{}", 1);
  expect(waits.at(-1)?.ms).toBe(2000);
});

it("keeps the counts of a push that the ledger did not take for the next one", async () => {
  const { reporter, clock, count, waits } = createReporter();
  const error = vi.spyOn(console, "error").mockReturnValue();
  count.mockRejectedValueOnce(new Error("overloaded"));
  reporter.sawLines("duplicate", "{}", 1);
  await waits[0]!.work();
  reporter.sawLines("duplicate", "{}", 1);
  await waits[1]!.work();
  expect(count).toHaveBeenLastCalledWith(clock.now, { duplicate: 2 }, []);
  error.mockRestore();
});
