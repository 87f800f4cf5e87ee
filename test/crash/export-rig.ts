import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { RawTruth, type SegmentBucket } from "../../bench/month/segments.ts";
import { differencesOf } from "../../bench/month/tables.ts";
import type { ExportSummary } from "../../src/core/export-views.ts";
import { seededRandom } from "../support/random.ts";
import { TEST_SECRETS } from "../support/secrets.ts";
import { LakeAudit } from "./lake-audit.ts";
import { MovedInlet, until } from "./moved-process.ts";
import { storedObjects, type StoredObject } from "./stored.ts";
import { eventOf, post, type TrafficLog } from "./warehouse-traffic.ts";

const SETTINGS = { drain: { afterMs: 250, afterBytes: 60_000 }, exports: { ndjson: true, iceberg: true } };
/** How many events come first, see `begin`. */
const FIRST = 120;

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

/** The messageIds of the NDJSON files, copies included. */
export function ndjsonIds(objects: ReadonlyMap<string, StoredObject>): string[] {
  const files = [...objects.values()].filter(({ key }) => key.startsWith("warehouse-ndjson/"));
  return files.flatMap((file) =>
    gunzipSync(file.bytes())
      .toString()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => String((JSON.parse(line) as { messageId: string }).messageId)),
  );
}

/** A process with one source that exports all it can, and what its tables must hold. */
export class ExportRig implements AsyncDisposable {
  readonly inlet: MovedInlet;
  readonly id: string;
  readonly writeKey: string;
  readonly audit = new LakeAudit();
  readonly log: TrafficLog = { acknowledged: new Set(), requests: 0 };
  /** What the raw segments say; those that were read once are remembered, compacted or not. */
  readonly truth: RawTruth;
  #objects: ReadonlyMap<string, StoredObject> = new Map();

  private constructor(inlet: MovedInlet, source: { readonly id: string; readonly writeKeys: readonly [string] }) {
    this.inlet = inlet;
    this.id = source.id;
    this.writeKey = source.writeKeys[0];
    const of = (): SegmentBucket => bucketOf(this.#objects);
    this.truth = new RawTruth({ list: (options) => of().list(options), get: (key) => of().get(key) }, source.id);
  }

  /** Started, and with the events that give every column its type, whatever is cut off and made again later. */
  static async start(): Promise<ExportRig> {
    const inlet = await MovedInlet.create();
    await inlet.start(0);
    const made = await inlet.api<{ source: { id: string; writeKeys: [string] } }>("POST", "/api/sources", {
      name: "Crash",
      settings: SETTINGS,
    });
    const rig = new ExportRig(inlet, made.source);
    const known = new URL(`/v1/projects/${rig.writeKey}/settings`, inlet.url);
    await until("the edge to know the write key", async () => ((await fetch(known)).ok ? true : undefined));
    await rig.send("first", FIRST, false);
    await until("the first events", async () => {
      await rig.exportNow();
      return (await rig.summary()).events >= FIRST ? true : undefined;
    });
    return rig;
  }

  /** Events that are acknowledged. */
  async send(name: string, count: number, ugly = true): Promise<void> {
    const random = seededRandom(name.length);
    const batch = Array.from({ length: count }, (_, n) => eventOf(random, `${name}-${n}`, ugly));
    await until(`the events ${name}`, async () =>
      (await post(this.inlet.url, this.writeKey, batch)) ? true : undefined,
    );
    for (const { messageId } of batch) this.log.acknowledged.add(messageId);
  }

  exportNow(): Promise<unknown> {
    return this.inlet.api("POST", `/api/sources/${this.id}/exports/run`, {});
  }

  async summary(): Promise<ExportSummary> {
    return (await this.inlet.api<{ exports: ExportSummary }>("GET", `/api/sources/${this.id}/exports`)).exports;
  }

  /** Until every segment is in the archive and its index. What never comes is seen in `missing`. */
  async untilArchived(): Promise<void> {
    // Wakes the object that hands segments over.
    await this.send(`last-${this.inlet.now()}`, 1);
    const look = async (): Promise<true | undefined> => {
      await this.readSegments(storedObjects(this.inlet.stateDir));
      const where = `/api/sources/${this.id}/archive`;
      const { archive } = await this.inlet.api<{ archive: { events: number } }>("GET", where);
      return this.missing().length === 0 && archive.events === this.truth.totals.ids.size ? true : undefined;
    };
    await until("the archive", look, { everyMs: 300, patienceMs: 60_000 }).catch((error: unknown) => {
      if (this.missing().length === 0) throw error;
    });
  }

  /** Until whatever is archived is published, and all followers are through with it; with `help` between two looks. */
  async untilExported(help: () => Promise<unknown> = () => sleep(200)): Promise<void> {
    let seen: unknown;
    const look = async (): Promise<true | undefined> => {
      await this.exportNow();
      await help();
      const summary = await this.summary();
      seen = summary;
      const { waitingHours, running, followers } = summary;
      const idle = followers.every((one) => one.behind === 0 && !one.running);
      return waitingHours === 0 && running === undefined && idle ? true : undefined;
    };
    await until("the exports", look, { patienceMs: 120_000 }).catch((error: unknown) => {
      throw new Error(`the exports make no progress: ${JSON.stringify(seen)}`, { cause: error });
    });
  }

  async readSegments(objects: ReadonlyMap<string, StoredObject>): Promise<void> {
    this.#objects = objects;
    await this.truth.readNew();
  }

  /** Acknowledged events that no segment holds. */
  missing(): string[] {
    return [...this.log.acknowledged].filter((id) => !this.truth.totals.ids.has(id));
  }

  /** Ends the process; what names something that is not there, by what lies on the disk then. */
  async killAndAudit(what: "runtime" | "group"): Promise<string[]> {
    await this.inlet.kill(what);
    const objects = storedObjects(this.inlet.stateDir);
    await this.readSegments(objects);
    return this.audit.check(objects);
  }

  /** Ends the process; what DuckDB finds in the published tables that the raw segments do not say. */
  async killAndCompare(): ReturnType<typeof differencesOf> {
    const { schema } = await this.summary();
    const folder = await mkdtemp(path.join(tmpdir(), "inlet-crash-lake-"));
    try {
      const query = new URLSearchParams({ dialect: "duckdb", base: folder });
      const where = new URL(`/api/sources/${this.id}/exports/statements?${query}`, this.inlet.url);
      const answer = await fetch(where, { headers: { authorization: `Bearer ${TEST_SECRETS.INLET_ADMIN_TOKEN}` } });
      const script = await answer.text();
      if (!answer.ok || schema === null) throw new Error(`no statements: ${answer.status} ${script}`);
      await this.inlet.kill("group");
      const objects = storedObjects(this.inlet.stateDir);
      await this.readSegments(objects);
      for (const [key, object] of objects) {
        if (!key.startsWith("warehouse/")) continue;
        await mkdir(path.dirname(path.join(folder, key)), { recursive: true });
        await writeFile(path.join(folder, key), object.bytes());
      }
      return await differencesOf(script, schema, this.truth.totals.tables());
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.inlet[Symbol.asyncDispose]();
  }
}
