import type { HourSegments, ListedSegment } from "../core/archive-index.ts";
import { defined } from "../core/defined.ts";
import type { HourClaim, Progress } from "../core/exports.ts";
import { mapEvent } from "../core/warehouse/map-event.ts";
import type { MapInto } from "../core/warehouse/call.ts";
import { Notices } from "../core/warehouse/notices.ts";
import { Registry } from "../core/warehouse/registry.ts";
import { RunFailure, type HourDeps } from "./hour-deps.ts";
import { HourFiles } from "./hour-files.ts";
import { belongsTo, compareSegments, idOf, readLine, type HourLine } from "./hour-lines.ts";
import { NdjsonPack } from "./ndjson-pack.ts";
import { readAhead } from "./read-ahead.ts";
import { BATCH_IDS } from "./id-hashes.ts";
import { IdBatch, type Copies } from "./seen-ids.ts";
import { TableBuffers } from "./table-buffers.ts";
import { UpsertBuffers } from "./upsert-buffers.ts";

/** Segments that are looked through for copies together, then mapped. */
interface Batch {
  readonly segments: readonly ListedSegment[];
  readonly ids: IdBatch;
  /** By segment; undefined when they are too many to keep. */
  readonly kept: readonly (readonly HourLine[])[] | undefined;
}

/** One claim of an hour: segments to rows to files, a batch at a time. */
export class HourRun {
  readonly files: HourFiles;
  readonly #claim: HourClaim;
  readonly #deps: HourDeps;
  readonly #seq: number;
  readonly #total: number;
  #rest: ListedSegment[];
  readonly #into: MapInto;
  readonly #buffers: TableBuffers;
  readonly #upserts: UpsertBuffers;
  readonly #ndjson: NdjsonPack | undefined;
  #after: string | null;
  #lines = 0;
  #events = 0;

  constructor(claim: HourClaim, listed: HourSegments, deps: HourDeps) {
    this.#claim = claim;
    this.#deps = deps;
    this.#seq = listed.seq;
    this.#total = listed.segments.length;
    this.#after = claim.checkpoint?.after ?? null;
    const ordered = listed.segments.toSorted((a, b) => compareSegments(a.key, b.key));
    this.#rest = ordered.filter(({ key }) => this.#after === null || compareSegments(key, this.#after) > 0);
    this.#into = {
      registry: new Registry(claim.registry, {
        ...defined("newTables", claim.newTables),
        excluded: claim.rules.excludedTables,
      }),
      rules: claim.rules,
      notices: new Notices(claim.checkpoint?.notices),
      processedAt: claim.processedAt,
    };
    this.#buffers = new TableBuffers(deps.limits.bufferBytes);
    this.#upserts = new UpsertBuffers(claim.version);
    this.#ndjson = claim.ndjson ? new NdjsonPack() : undefined;
    this.files = new HourFiles(claim, deps);
  }

  get isDone(): boolean {
    return this.#rest.length === 0;
  }

  /** Works through the next segments: their ids first, so that copies are known when they are mapped. */
  async step(): Promise<void> {
    const batch = await this.#collect();
    if (batch.ids.count > 0) {
      const before = [...this.#claim.idsBefore, ...this.files.ids];
      const copies = await batch.ids.findCopies(this.#deps.open, before);
      await this.files.idPart(batch.ids.encode());
      await this.#map(batch, copies);
    } else await this.#map(batch, undefined);
    this.#after = batch.segments.at(-1)!.key;
    this.#rest = this.#rest.slice(batch.segments.length);
  }

  /** Writes what is still in memory; what was done since the claim. */
  async finish(): Promise<Progress> {
    await this.files.tables(this.#buffers.takeAll());
    for (const { bytes } of this.#upserts.takeAll()) await this.files.upserts(bytes);
    const ndjson = this.#ndjson?.take();
    if (ndjson !== undefined) await this.files.ndjson(ndjson);
    return {
      ...this.files.told,
      seq: this.#seq,
      after: this.#after,
      segments: this.#total,
      done: this.#total - this.#rest.length,
      lines: this.#lines,
      events: this.#events,
      notices: this.#into.notices.toList(),
      tables: this.#grown(),
    };
  }

  /** Tables that are not as the claim has them. */
  #grown(): Progress["tables"] {
    const before = new Map(this.#claim.registry.tables.map((table) => [table.name, table]));
    return this.#into.registry.toData().tables.filter(({ name, columns, eventNames }) => {
      const old = before.get(name);
      return old?.columns.length !== columns.length || old.eventNames.length !== eventNames.length;
    });
  }

  async *#read(segments: readonly ListedSegment[]): AsyncGenerator<[ListedSegment, AsyncIterable<string>]> {
    for await (const { item, content } of readAhead(segments, (segment) => this.#deps.readSegment(segment))) {
      if (content === null) throw new RunFailure("failed", `segment ${item.key} is not in the archive`);
      yield [item, content];
    }
  }

  /** The next segments of at most `stepChars`, with the ids of their events of this hour. */
  async #collect(): Promise<Batch> {
    const { stepChars, keptChars: mostKept } = this.#deps.limits;
    const ids = new IdBatch();
    const segments: ListedSegment[] = [];
    let kept: HourLine[][] | undefined = [];
    let chars = 0;
    let keptChars = 0;
    for await (const [segment, lines] of this.#read(this.#rest)) {
      const own: HourLine[] = [];
      for await (const text of lines) {
        this.#lines++;
        chars += text.length;
        const line = readLine(text);
        if (!belongsTo(line, segment, this.#claim.hour)) continue;
        const id = idOf(line);
        if (id !== undefined) ids.add(id);
        keptChars += text.length;
        // The event is read again when it is mapped: as text it takes far less memory.
        if (keptChars <= mostKept) own.push({ ...line, event: undefined });
      }
      segments.push(segment);
      if (keptChars > mostKept) kept = undefined;
      kept?.push(own);
      const next = this.#rest[segments.length];
      if (chars >= stepChars || next === undefined || ids.count + next.count > BATCH_IDS) break;
    }
    return { segments, ids, kept };
  }

  async #map({ segments, kept }: Batch, copies: Copies | undefined): Promise<void> {
    if (kept !== undefined) {
      for (const lines of kept) for (const { text } of lines) await this.#take(readLine(text), copies);
      return;
    }
    for await (const [segment, lines] of this.#read(segments)) {
      for await (const text of lines) {
        const line = readLine(text);
        if (belongsTo(line, segment, this.#claim.hour)) await this.#take(line, copies);
      }
    }
  }

  async #take(line: HourLine, copies: Copies | undefined): Promise<void> {
    const { event, text } = line;
    if (event === undefined) {
      this.#into.notices.count("EVENT_UNREADABLE", "", undefined, text.slice(0, 100));
      return;
    }
    const id = idOf(line);
    if (id !== undefined && copies?.isCopy(id) === true) return;
    this.#events++;
    for (const row of mapEvent(event, this.#into)) {
      if (row.table.kind === "users" || row.table.kind === "accounts") this.#upserts.add(row);
      else this.#buffers.add(row);
    }
    this.#ndjson?.add(text);
    while (this.#buffers.full) await this.files.tables([this.#buffers.takeLargest()!]);
    while (this.#upserts.full) await this.files.upserts(this.#upserts.take()!.bytes);
    if (this.#ndjson?.full === true) await this.files.ndjson(this.#ndjson.take()!);
  }
}
