import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { SourceInput } from "../../src/core/catalog.ts";
import type {
  ExportTask,
  FileEntry,
  FollowerClaim,
  FollowerClaimResult,
  HourClaim,
  Progress,
  Publication,
} from "../../src/core/exports.ts";
import type { SourceSettingsPatch } from "../../src/core/source.ts";
import { parquetKey } from "../../src/core/warehouse/keys.ts";
import type { TableSchema } from "../../src/core/warehouse/schema.ts";
import type { Exports } from "../../src/worker.ts";

export const HOUR = 3_600_000;

const onQueue: ExportTask[] = [];

/** The real Exports object of a source, with the test as its consumers and as the queue between them. */
export interface ExportsRig {
  readonly sourceId: string;
  readonly slug: string;
  readonly desk: DurableObjectStub<Exports>;
  /** Takes the tasks that the object has put on the queue since the last call. */
  takeTasks(): ExportTask[];
  changed(hour: number, seq?: number): Promise<void>;
  /** A claim that must be granted. */
  claim(): Promise<HourClaim>;
  /** Publishes the claimed hour with one file for each of these tables. */
  publish(claim: HourClaim, told?: Partial<Progress>, again?: number[]): Promise<Publication>;
  /** Claims and publishes the hour that is due. */
  export(told?: Partial<Progress>): Promise<Publication>;
  claimFollower(name: string): Promise<FollowerClaim>;
  follow(name: string): Promise<Publication>;
  settings(patch: SourceSettingsPatch): Promise<void>;
  alarm(): Promise<boolean>;
}

export const testTable = (name: string, columns: readonly string[] = ["total"]): TableSchema => ({
  name,
  kind: "event",
  eventNames: [name],
  columns: [
    { name: "id", type: "varchar", fixed: true },
    ...columns.map((column) => ({ name: column, type: "integer" as const })),
  ],
});

export const testFile = (claim: HourClaim, table: string, n = claim.n): FileEntry => ({
  key: parquetKey(claim, table, n),
  rows: 10,
  bytes: 1000,
  firstAt: claim.hour,
  lastAt: claim.hour + 1,
});

/** What a step tells that read one segment of ten events into the table `ordered`. */
export const testProgress = (claim: HourClaim, told: Partial<Progress> = {}): Progress => ({
  seq: claim.seq,
  after: `segment-logs/${claim.sourceId}/0/0-000000001.gz`,
  done: 1,
  segments: 1,
  lines: 10,
  events: 10,
  files: { ordered: [testFile(claim, "ordered")] },
  upserts: [],
  ids: [],
  ndjson: [],
  notices: [],
  tables: [testTable("ordered")],
  ...told,
});

export async function createExportsRig(settings: SourceSettingsPatch = {}): Promise<ExportsRig> {
  vi.spyOn(env.EXPORT_TASKS, "sendBatch").mockImplementation(async (messages) => {
    for (const { body } of messages) onQueue.push(body as ExportTask);
    return {} as never;
  });
  const catalog = () => env.CATALOG.getByName("workspace");
  const slug = `s-${crypto.randomUUID().slice(0, 12)}`;
  const made = await catalog().createSource(SourceInput.parse({ name: "Shop", slug, settings }));
  if (!made.ok) throw new Error(made.error.message);
  const sourceId = made.value.id;
  const desk = env.EXPORTS.getByName(sourceId);
  const rig: ExportsRig = {
    sourceId,
    slug,
    desk,
    takeTasks() {
      const mine = onQueue.filter((task) => task.sourceId === sourceId);
      for (const task of mine) onQueue.splice(onQueue.indexOf(task), 1);
      return mine;
    },
    changed: async (hour, seq = 1) => desk.changed([{ hour, seq }]),
    async claim() {
      const claim = await desk.claimHour();
      if (claim.status !== "claimed") throw new Error("nothing was due");
      return claim;
    },
    async publish(claim, told = {}, again = []) {
      const result = await desk.publishing(claim.token, { progress: testProgress(claim, told), again });
      if (result.status !== "held") throw new Error(`the run was ${result.status}`);
      await desk.published(claim.token);
      return result.publication;
    },
    async export(told) {
      return rig.publish(await rig.claim(), told);
    },
    async claimFollower(name) {
      // A state is any JSON, which the types of RPC cannot say.
      const claim = (await desk.claimFollower(name)) as FollowerClaimResult;
      if (claim.status !== "claimed") throw new Error(`nothing was due for ${name}`);
      return claim;
    },
    async follow(name) {
      const claim = await rig.claimFollower(name);
      await desk.finishFollower(name, claim.token, { status: "success", rows: 10, newColumns: [], notices: [] });
      return claim.publication;
    },
    async settings(patch) {
      const changed = await catalog().updateSettings(sourceId, patch);
      if (!changed.ok) throw new Error(changed.error.message);
      await desk.refresh();
    },
    alarm: () => runDurableObjectAlarm(desk),
  };
  return rig;
}

/** Counts the rows that the object's SQL writes from now on; the answer tells how many so far, and ends it. */
export async function countRows(desk: ExportsRig["desk"]): Promise<() => number> {
  const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
  const restore = await runInDurableObject(desk, (_, { storage: { sql } }) => {
    const exec = sql.exec.bind(sql) as SqlStorage["exec"];
    const value = (query: string, ...bindings: SqlStorageValue[]) => {
      const cursor = exec(query, ...bindings);
      cursors.push(cursor);
      return cursor;
    };
    Object.defineProperty(sql, "exec", { value, configurable: true });
    return () => void Reflect.deleteProperty(sql, "exec");
  });
  return () => {
    restore();
    return cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0);
  };
}

/** R2 keys of a publication's files. */
export const keysOf = ({ tables }: Publication): string[] => tables.flatMap(({ files }) => files.map(({ key }) => key));

export const isThere = async (key: string): Promise<boolean> => (await env.ARCHIVE.head(key)) !== null;

export async function writeObjects(keys: readonly string[]): Promise<void> {
  for (const key of keys) await env.ARCHIVE.put(key, "rows");
}
