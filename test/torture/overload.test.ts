import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NODE_SDKS, type NodeSdk } from "../support/node-sdks.ts";
import { seededRandom } from "../support/random.ts";
import { rawArchive } from "./audit.ts";
import { makeSource, type Source } from "./city-hall.ts";
import { copiesIn } from "./findings.ts";
import { TorturedInlet } from "./process.ts";
import { PATHS, type Left } from "./seams.ts";
import { IS_LONG, SEED, say } from "./settings.ts";
import { Totals } from "./totals.ts";
import { Log, runClient } from "./traffic.ts";

/** Small enough to be full within a second. */
const ROOM = { outbox: 150_000, parked: 20 };
const CLIENTS = 24;
/** How long the archive's bucket is down; clients are refused for a part of it. */
const OUTAGE_MS = IS_LONG ? 10_000 : 3000;
const FLOOD_MS = IS_LONG ? 20_000 : 1000;
/** An isolate's limit at Cloudflare, MB; here Worker and objects share one, and the runtime ends when they need more. */
const HEAP_MB = 128;
/**
 * What a flood may add to the runtime's resident memory besides. Its allocators keep what they once had: some 600 MB more
 * after the first 130,000 events, and no more after another 500,000.
 */
const MOST_BYTES = 1_000_000_000;
/** The lowest tier of `rateLimit`, in requests a minute. */
const TIER = 600;

const totals = new Totals("overload", SEED);
let inlet: TorturedInlet;
beforeAll(async () => {
  process.env["MINIFLARE_WORKERD_V8_FLAGS"] = `--max-old-space-size=${HEAP_MB}`;
  inlet = await TorturedInlet.create({ seed: SEED, totals, room: ROOM });
  await inlet.start();
});
afterAll(async () => {
  totals.write();
  await inlet[Symbol.asyncDispose]();
});

interface Crowd {
  readonly log: Log;
  end(): Promise<void>;
}

/** Clients that do not rest. */
function gather({ id: sourceId, writeKey }: Source, name: string): Crowd {
  const log = new Log();
  const stop = new AbortController();
  const running = Array.from({ length: CLIENTS }, (_, n) =>
    runClient({
      url: () => inlet.url,
      sourceId,
      writeKey,
      name: `${name}${n}`,
      random: seededRandom(SEED + n),
      log,
      totals,
      stop: stop.signal,
      mayLeave: () => false,
      restMs: 0,
    }),
  );
  return {
    log,
    async end() {
      stop.abort();
      await Promise.all(running);
    },
  };
}

async function untilArchived({ id, shards }: Source): Promise<void> {
  const INTAKE = Array.from({ length: shards }, (_, shard) => `${id}:${shard}`);
  await expect
    .poll(() => inlet.control<Left>(PATHS.left, { INTAKE, ARCHIVE_INDEX: [] }), { timeout: 100_000, interval: 200 })
    .toMatchObject({ outbox: 0, unconfirmed: 0, parked: 0 });
}

/** Everything that was acknowledged is there once, and nothing else. */
async function checkArchive(source: Source, { log }: Crowd): Promise<void> {
  const archived = (await rawArchive(inlet, source.id)).map(({ messageId }) => messageId);
  const there = new Set(archived);
  const lost = [...log.acknowledged].filter((id) => !there.has(id));
  const { figures } = totals;
  const add = (name: string, count: number) => void (figures[name] = (figures[name] ?? 0) + count);
  add("acknowledged", log.acknowledged.size);
  add("lost", lost.length);
  add("doubled in the archive", copiesIn(archived).size);
  for (const [status, count] of log.statuses) add(`answers of ${status}`, count);
  expect(lost).toEqual([]);
  expect([...copiesIn(archived).keys()]).toEqual([]);
  expect([...log.bad.keys()].filter((id) => there.has(id))).toEqual([]);
  expect(log.wrong).toEqual([]);
}

/** An SDK as its makers ship it, that is told of an event three times a second; its events carry their numbers. */
function useSdk(sdk: NodeSdk, writeKey: string, stop: AbortSignal): { made(): number; done: Promise<unknown> } {
  const { calls, flush } = sdk.open(writeKey, inlet.url.origin);
  let made = 0;
  const use = async () => {
    while (!stop.aborted) {
      calls.track({ userId: "u1", event: "Overloaded", properties: { mark: `${sdk.name} ${made++}` } });
      await sleep(300);
    }
    await flush();
  };
  return { made: () => made, done: use() };
}

/** The numbers of an SDK's events that are archived. */
const marksOf = async (source: Source, { name }: NodeSdk): Promise<string[]> =>
  (await rawArchive(inlet, source.id))
    .map(({ properties }) => String(properties?.["mark"]))
    .filter((mark) => mark.startsWith(`${name} `));

describe("more than the shards can take, while their archive is down", () => {
  it("is refused with 503 and a time to wait, and SDKs that try again lose nothing", async () => {
    const crowded = await makeSource(inlet, "Crowded", { shards: 2, exports: false });
    // This one's shard is not full, and only now and then out of reach: three attempts are all that old SDKs make.
    const beside = await makeSource(inlet, "Beside", { exports: false });
    const crowd = gather(crowded, "crowd");
    const stop = new AbortController();
    const [patient, ...others] = NODE_SDKS;
    const used = [{ sdk: patient!, source: crowded }, ...others.map((sdk) => ({ sdk, source: beside }))].map(
      ({ sdk, source }) => ({ sdk, source, use: useSdk(sdk, source.writeKey, stop.signal) }),
    );
    await inlet.rates({ put_refused: 1, append_refused: 0.05 });
    await expect.poll(() => crowd.log.statuses.get(503) ?? 0, { timeout: 30_000 }).toBeGreaterThan(0);
    say("full");
    await sleep(OUTAGE_MS);
    totals.figures["most MB while full"] = Math.round(inlet.peakBytes / 1e6);
    // Nobody helps: no restart, no clock.
    await inlet.rates({});
    await sleep(1000);
    stop.abort();
    await crowd.end();
    await Promise.all(used.map(({ use }) => use.done));
    say("archiving");
    await untilArchived(crowded);
    await untilArchived(beside);
    for (const { sdk, source, use } of used) {
      const marks = await marksOf(source, sdk);
      totals.figures[`events of ${sdk.name}`] = use.made();
      expect([sdk.name, marks.length, copiesIn(marks).size]).toEqual([sdk.name, use.made(), 0]);
    }
    await checkArchive(crowded, crowd);
  }, 240_000);
});

describe("as much as the machine can send", () => {
  it("is taken or refused in order, and costs no memory that stays", async () => {
    const source = await makeSource(inlet, "Flooded", { exports: false });
    await inlet.settleTally();
    const before = inlet.residentBytes();
    const crowd = gather(source, "flood");
    await sleep(FLOOD_MS);
    await crowd.end();
    await untilArchived(source);
    await inlet.settleTally();
    totals.figures["most MB in all"] = Math.round(inlet.peakBytes / 1e6);
    totals.figures["MB more after the flood"] = Math.round((inlet.residentBytes() - before) / 1e6);
    expect(inlet.peakBytes - before).toBeLessThan(MOST_BYTES);
    await checkArchive(source, crowd);
  }, 240_000);
});

describe("a source above its rate", () => {
  it("is refused with 429 and a time to wait, and an SDK that waits so long loses nothing", async () => {
    const source = await makeSource(inlet, "Limited", { exports: false });
    await inlet.api("PATCH", `/api/sources/${source.id}`, { settings: { rateLimit: String(TIER) } });
    const answers = new Map<number, number>();
    const waits = new Set<string | null>();
    const send = async (n: number) => {
      const body = { writeKey: source.writeKey, type: "track", event: "Limited", userId: "u1", messageId: `m${n}` };
      const response = await fetch(new URL("/v1/track", inlet.url), { method: "POST", body: JSON.stringify(body) });
      await response.text();
      answers.set(response.status, (answers.get(response.status) ?? 0) + 1);
      if (response.status === 429) waits.add(response.headers.get("retry-after"));
    };
    let next = 0;
    const senders = Array.from({ length: 16 }, async () => {
      // Until it is refused: a minute may end in the middle.
      while (next < 3 * TIER && (answers.get(429) ?? 0) < 50) await send(next++);
    });
    await Promise.all(senders);
    totals.figures["answers of 429"] = answers.get(429) ?? 0;
    expect([...answers.keys()].toSorted()).toEqual([200, 429]);
    expect([...waits]).toEqual(["30"]);
    let made = 0;
    if (IS_LONG) {
      const stop = new AbortController();
      const sdk = useSdk(NODE_SDKS[0]!, source.writeKey, stop.signal);
      await sleep(3000);
      stop.abort();
      await sdk.done;
      made = sdk.made();
    }
    await untilArchived(source);
    const archived = await rawArchive(inlet, source.id);
    expect(archived).toHaveLength((answers.get(200) ?? 0) + made);
    expect(copiesIn(archived.map(({ messageId }) => messageId)).size).toBe(0);
  }, 240_000);
});
