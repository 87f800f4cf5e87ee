import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect, it, vi } from "vitest";
import type { Intake } from "../../src/worker.ts";
import { archivedIds, intakeOf, testBatch, testRoute } from "../support/intake.ts";

const ids = (n: number) => Array.from({ length: n }, () => crypto.randomUUID());
const appended = (duplicates: number[] = []) => ({ status: "appended", duplicates });

/** The transaction does all of its work and is rolled back at its end, as when the disk is full. */
async function failingAtItsEnd(route: ReturnType<typeof testRoute>, batch: ReturnType<typeof testBatch>) {
  await runInDurableObject(intakeOf(route), async (intake: Intake, state) => {
    const real = state.storage.transactionSync.bind(state.storage);
    const failing = vi.spyOn(state.storage, "transactionSync").mockImplementationOnce((work) =>
      real(() => {
        work();
        throw new Error("disk full");
      }),
    );
    await expect(intake.append(batch)).rejects.toThrow("disk full");
    failing.mockRestore();
  });
}

it("takes the ids of a commit that failed at its end as new, among others of the same segment and after a restart", async () => {
  const route = testRoute();
  const [before, failed, after] = [ids(3), ids(40), ids(3)];
  expect(await intakeOf(route).append(testBatch(route, before))).toEqual(appended());
  await failingAtItsEnd(route, testBatch(route, failed));
  expect(await intakeOf(route).append(testBatch(route, after))).toEqual(appended());
  const [now, later] = [failed.slice(0, 20), failed.slice(20)];
  expect(await intakeOf(route).append(testBatch(route, now))).toEqual(appended());
  await evictDurableObject(intakeOf(route));
  expect(await intakeOf(route).append(testBatch(route, later))).toEqual(appended());
  expect(await intakeOf(route).append(testBatch(route, failed))).toEqual(appended(failed.map((_, i) => i)));
  // The restart has set an alarm of its own: the drain that it began may still be under way.
  await vi.waitFor(async () => {
    await runDurableObjectAlarm(intakeOf(route));
    expect((await archivedIds(route.sourceId)).toSorted()).toEqual([...before, ...failed, ...after].toSorted());
  }, 10_000);
});

it("archives nothing of a commit that failed at its end and was never tried again", async () => {
  const route = testRoute();
  const [stored, failed] = [ids(2), ids(5)];
  await failingAtItsEnd(route, testBatch(route, failed));
  expect(await intakeOf(route).append(testBatch(route, stored))).toEqual(appended());
  await runDurableObjectAlarm(intakeOf(route));
  expect((await archivedIds(route.sourceId)).toSorted()).toEqual(stored.toSorted());
});
