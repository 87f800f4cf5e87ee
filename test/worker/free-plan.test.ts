import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { compactionDuty, type CompactionUpkeep } from "../../durable/archive-index/upkeep.ts";
import { createRoom } from "../../durable/catalog/room.ts";
import { createSealer } from "../../durable/catalog/sealer.ts";
import { createSource } from "../../durable/catalog/sources.ts";
import { openStore } from "../../durable/catalog/store.ts";
import { SourceInput } from "../../src/core/catalog.ts";
import { PLANS, type Plan } from "../../src/core/plan.ts";
import { newCatalog } from "../support/catalog.ts";

const makeOn = (plan: Plan, input: object) =>
  runInDurableObject(newCatalog(), async (_, { storage }) => {
    const room = createRoom(storage, openStore(storage.sql), createSealer(env.INLET_SEAL_KEY), plan);
    const made = await createSource(room, SourceInput.parse({ name: "Shop", ...input }));
    if (!made.ok) throw new Error(made.error.message);
    return made.value.settings;
  });

it("a source made on the free plan starts with its settings, and what its maker names goes before them", async () => {
  expect(await makeOn("free", {})).toMatchObject(PLANS.free.newSource);
  const { drain, batching } = await makeOn("free", { settings: { drain: { afterMs: 5000 } } });
  expect(drain).toEqual({ afterMs: 5000, afterBytes: PLANS.free.newSource.drain?.afterBytes });
  expect(batching).toMatchObject({ timeoutMs: PLANS.free.newSource.batching?.timeoutMs });
  expect((await makeOn("paid", {})).drain.afterMs).toBe(2000);
});

it("no hour is packed into larger files on the free plan, and nobody is asked to", async () => {
  const compaction = { clearDropped: async () => {}, nextDue: () => 0 } as unknown as CompactionUpkeep["compaction"];
  const askToCompact = vi.fn(async () => {});
  const room = { compaction, adoption: { isDone: () => true }, askToCompact };
  expect(await compactionDuty({ ...room, compacts: PLANS.free.compacts }).run(1)).toBeUndefined();
  expect(askToCompact).not.toHaveBeenCalled();
  expect(await compactionDuty({ ...room, compacts: PLANS.paid.compacts }).run(1)).toBeGreaterThan(1);
  expect(askToCompact).toHaveBeenCalledOnce();
});
