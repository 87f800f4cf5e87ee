import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { RawTruth, type SegmentBucket } from "../../bench/month/segments.ts";
import { differencesOf } from "../../bench/month/tables.ts";
import type { ExportSummary } from "../../src/core/export-views.ts";
import { seededRandom, type Random } from "../support/random.ts";
import { TEST_SECRETS } from "../support/secrets.ts";
import { LakeAudit } from "./lake-audit.ts";
import { LOOK_PATH, type Looked } from "./moved-plan.ts";
import { MovedInlet, NO_FAULTS, until, type Faults } from "./moved-process.ts";
import { exportsAt, storedObjects, type StoredObject } from "./stored.ts";
import { eventOf, post, sendTraffic, type TrafficLog } from "./warehouse-traffic.ts";

/** A longer run: INLET_CRASH_KILLS=100. The same seed makes the same decisions again. */
const seed = Number(process.env["INLET_CRASH_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const kills = Number(process.env["INLET_CRASH_KILLS"] ?? 5);
const SENDERS = 3;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SETTINGS = { drain: { afterMs: 250, afterBytes: 60_000 }, exports: { ndjson: true, iceberg: true } };
/** By its clock a start comes so much later: a lease is over, or a whole hour is. */
const LATER = [70_000, 70_000, 70_000, 17 * MINUTE, 61 * MINUTE];
const FAULTS: readonly Faults[] = [NO_FAULTS, { fail: 0.05, hang: 0 }, { fail: 0.02, hang: 0.01 }];
/** Writes that a kill is to land in. */
const WRITES = [
  "segment-logs/",
  "/ids/",
  ".parquet",
  "/upserts/",
  "warehouse-ndjson/",
  "hr=", // manifests and files of hours
  "/manifest.json",
  "-m0.avro",
  "/metadata/snap-",
  ".metadata.json",
  "/version-hint.text",
  "/users/",
  "/snapshot.json",
  "/accounts/manifest.json",
];

/** What befalls the next process: faults of the bucket, or a write that is under way when the kill comes. */
function drawFaults(random: Random): Faults {
  if (random.next() < 0.4) return random.pick(FAULTS);
  const stall = {
    call: "put" as const,
    key: random.pick(WRITES),
    nth: random.between(1, 3),
    isDone: random.next() < 0.5,
  };
  return { ...NO_FAULTS, stall };
}

interface Source {
  readonly id: string;
  readonly writeKey: string;
}

async function createSource(inlet: MovedInlet): Promise<Source> {
  const made = await inlet.api<{ source: { id: string; writeKeys: [string] } }>("POST", "/api/sources", {
    name: "Crash",
    settings: SETTINGS,
  });
  const { id, writeKeys } = made.source;
  const known = new URL(`/v1/projects/${writeKeys[0]}/settings`, inlet.url);
  await until("the edge to know the write key", async () => ((await fetch(known)).ok ? true : undefined));
  return { id, writeKey: writeKeys[0] };
}

const exportsOf = async (inlet: MovedInlet, { id }: Source): Promise<ExportSummary> =>
  (await inlet.api<{ exports: ExportSummary }>("GET", `/api/sources/${id}/exports`)).exports;

const exportNow = (inlet: MovedInlet, { id }: Source) => inlet.api("POST", `/api/sources/${id}/exports/run`, {});

/** Until whatever is archived is published, and all followers are through with it. */
async function untilExported(inlet: MovedInlet, source: Source): Promise<string> {
  let seen: unknown;
  const look = async (): Promise<string | undefined> => {
    await exportNow(inlet, source);
    await sleep(300);
    const summary = await exportsOf(inlet, source);
    seen = summary;
    const { waitingHours, running, followers, schema } = summary;
    const idle = followers.every((one) => one.behind === 0 && !one.running);
    return waitingHours === 0 && running === undefined && idle && schema !== null ? schema : undefined;
  };
  return until("the exports", look, { everyMs: 200 }).catch((error: unknown) => {
    throw new Error(`the exports make no progress: ${JSON.stringify(seen)}`, { cause: error });
  });
}

/** Segments of a bucket that lies on the disk. */
const bucketOf = (objects: ReadonlyMap<string, StoredObject>): SegmentBucket => ({
  list: async ({ prefix }) => ({
    objects: [...objects.values()].filter(({ key }) => key.startsWith(prefix)),
    truncated: false,
  }),
  get: async (key) => {
    const found = objects.get(key);
    return found === undefined ? null : { arrayBuffer: async () => Uint8Array.from(found.bytes()).buffer };
  },
});

/** What the raw segments say; those that were seen once are remembered, compacted or not. */
class Truth {
  #objects: ReadonlyMap<string, StoredObject> = new Map();
  readonly raw: RawTruth;

  constructor({ id }: Source) {
    const of = (): SegmentBucket => bucketOf(this.#objects);
    this.raw = new RawTruth({ list: (options) => of().list(options), get: (key) => of().get(key) }, id);
  }

  async read(objects: ReadonlyMap<string, StoredObject>): Promise<void> {
    this.#objects = objects;
    await this.raw.readNew();
  }
}

/** The first events give every column its type, whatever is cut off and made again later. */
async function begin(inlet: MovedInlet, source: Source, log: TrafficLog): Promise<void> {
  const random = seededRandom(1);
  const plain = Array.from({ length: 120 }, (_, n) => eventOf(random, `first-${n}`, false));
  await until("the first events", async () => ((await post(inlet.url, source.writeKey, plain)) ? true : undefined));
  for (const { messageId } of plain) log.acknowledged.add(messageId);
  await until("the first segment", async () => ((await exportedEvents(inlet, source)) >= 120 ? true : undefined));
}

async function exportedEvents(inlet: MovedInlet, source: Source): Promise<number> {
  await exportNow(inlet, source);
  await sleep(200);
  return (await exportsOf(inlet, source)).events;
}

/** While a process lives: asks for exports, and reads the tables meanwhile as others do, so often. */
async function readAndExport(inlet: MovedInlet, source: Source, looks: number, isStalling: boolean, landed: Landed) {
  const wrong: string[] = [];
  for (let n = 0; n < (isStalling ? MOST_LOOKS : looks); n++) {
    await exportNow(inlet, source).catch(() => undefined);
    const { wrong: more, stalled } = (await (await fetch(new URL(LOOK_PATH, inlet.url))).json()) as Looked;
    landed.looks++;
    wrong.push(...more);
    if (stalled) break;
    await sleep(50);
  }
  return wrong;
}

interface Landed {
  readonly at: Record<string, number>;
  looks: number;
}
/** A write that is to be met comes within so many, or not in this process. */
const MOST_LOOKS = 20;

async function killAgainAndAgain(inlet: MovedInlet, source: Source, random: Random, truth: Truth, audit: LakeAudit) {
  const landed: Landed = { at: {}, looks: 0 };
  let faults = NO_FAULTS;
  for (let n = 0; n < kills; n++) {
    const { stall } = faults;
    const wrong = await readAndExport(inlet, source, random.between(1, 8), stall !== undefined, landed);
    await sleep(random.between(0, 150));
    await inlet.kill(n % 2 === 0 ? "runtime" : "group");
    const at = exportsAt(inlet.stateDir);
    landed.at[at] = (landed.at[at] ?? 0) + 1;
    const objects = storedObjects(inlet.stateDir);
    await truth.read(objects);
    wrong.push(...(await audit.check(objects)));
    expect({ kill: n, seed, wrong }).toEqual({ kill: n, seed, wrong: [] });
    faults = drawFaults(random);
    await inlet.start(random.pick(LATER), faults);
  }
  await inlet.kill("group");
  return landed;
}

/** Until every segment is in the archive and its index; ids that were acknowledged and are not there. */
async function untilArchived(inlet: MovedInlet, source: Source, truth: Truth, log: TrafficLog): Promise<string[]> {
  const { ids } = truth.raw.totals;
  const missing = () => [...log.acknowledged].filter((id) => !ids.has(id));
  // Wakes the object that hands segments over.
  const last = [eventOf(seededRandom(1), "last", false)];
  await until("the last event", async () => ((await post(inlet.url, source.writeKey, last)) ? true : undefined));
  log.acknowledged.add("last");
  const look = async (): Promise<true | undefined> => {
    await truth.read(storedObjects(inlet.stateDir));
    const where = `/api/sources/${source.id}/archive`;
    const { archive } = await inlet.api<{ archive: { events: number } }>("GET", where);
    return missing().length === 0 && archive.events === ids.size ? true : undefined;
  };
  await until("the archive", look, { everyMs: 300, patienceMs: 20_000 }).catch(() => undefined);
  return missing();
}

/** What DuckDB finds in the published tables that the raw segments do not say. */
async function compare(inlet: MovedInlet, source: Source, schema: string, truth: Truth) {
  const folder = await mkdtemp(path.join(tmpdir(), "inlet-crash-lake-"));
  try {
    for (const [key, object] of storedObjects(inlet.stateDir)) {
      if (!key.startsWith("warehouse/")) continue;
      await mkdir(path.dirname(path.join(folder, key)), { recursive: true });
      await writeFile(path.join(folder, key), object.bytes());
    }
    const query = new URLSearchParams({ dialect: "duckdb", base: folder });
    const answer = await fetch(new URL(`/api/sources/${source.id}/exports/statements?${query}`, inlet.url), {
      headers: { authorization: `Bearer ${TEST_SECRETS.INLET_ADMIN_TOKEN}` },
    });
    expect(answer.status).toBe(200);
    return await differencesOf(await answer.text(), schema, truth.raw.totals.tables());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The messageIds of the NDJSON files, copies included. */
function ndjsonIds(objects: ReadonlyMap<string, StoredObject>): string[] {
  const files = [...objects.values()].filter(({ key }) => key.startsWith("warehouse-ndjson/"));
  return files.flatMap((file) =>
    gunzipSync(file.bytes())
      .toString()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => String((JSON.parse(line) as { messageId: string }).messageId)),
  );
}

it(
  "publishes every event exactly once and names nothing that is not whole, whatever is killed and when",
  async () => {
    await using inlet = await MovedInlet.create();
    await inlet.start(0);
    const source = await createSource(inlet);
    const truth = new Truth(source);
    const audit = new LakeAudit();
    const random = seededRandom(seed);
    const log: TrafficLog = { acknowledged: new Set(), requests: 0 };
    await begin(inlet, source, log);
    const stop = new AbortController();
    const sending = Array.from({ length: SENDERS }, (_, n) =>
      sendTraffic({ ...source, url: inlet.url, name: `s${n}`, seed: random.between(0, 2 ** 31) }, log, stop.signal),
    );
    let landed: Landed;
    try {
      landed = await killAgainAndAgain(inlet, source, random, truth, audit);
    } finally {
      stop.abort();
      await Promise.all(sending);
    }

    // Whatever waits for its next try is due.
    await inlet.start(65 * MINUTE);
    const missing = await untilArchived(inlet, source, truth, log);
    const schema = await untilExported(inlet, source);
    await truth.read(storedObjects(inlet.stateDir));
    const found = await compare(inlet, source, schema, truth);
    const ids = truth.raw.totals.ids;

    // A day later all that was replaced is gone, and only that; the archive is compacted meanwhile.
    await inlet.kill("group");
    await inlet.start(26 * HOUR);
    await untilExported(inlet, source);
    await until("the NDJSON files that are current", async () => {
      const current = ndjsonIds(storedObjects(inlet.stateDir));
      return current.length === ids.size ? true : undefined;
    }).catch(() => undefined);
    await inlet.kill("group");
    const objects = storedObjects(inlet.stateDir);
    const ndjson = ndjsonIds(objects);
    const wrong = await audit.check(objects);

    process.stdout.write(
      `exports crash run: seed ${seed}, ${kills} kills at ${JSON.stringify(landed.at)}, ${landed.looks} looks, ` +
        `${log.acknowledged.size} events acknowledged, ${ids.size} archived, ${found.rows} rows in ${found.tables} tables, ` +
        `${audit.manifests} manifests and ${audit.icebergTables} Iceberg tables read\n`,
    );
    expect(missing).toEqual([]);
    expect(found.differences).toEqual([]);
    expect(wrong).toEqual([]);
    expect(ndjson.toSorted()).toEqual([...ids].toSorted());
  },
  120_000 + kills * 10_000,
);
