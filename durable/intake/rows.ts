import { HASH_BYTES } from "../../src/core/dedup-index.ts";
import { EVENT_KINDS, KindTally } from "../../src/core/event-kind.ts";
import { batchSize, type PackedBatch } from "../../src/core/intake.ts";
import { ReceivedTimes } from "../../src/core/received-times.ts";
import { writeTimes } from "./facts.ts";
import { writeKinds } from "./kinds.ts";
import type { OutboxRow } from "./outbox.ts";

/** A SQLite row holds 2 MB; a UTF-16 unit takes at most three bytes of it. Not enforced locally, so kept here. */
const ROW_UNITS = 600_000;
const ROW_HASH_BYTES = 1_000_000;

export type PackedRow = Pick<OutboxRow, "count" | "hashes" | "lines" | "kinds" | "received">;

interface OpenRow {
  count: number;
  units: number;
  /** Lines, or several joined. */
  readonly lines: string[];
  readonly hashes: Uint8Array[];
  readonly kinds: KindTally;
  readonly times: ReceivedTimes;
}

/** Packs events into as few rows as the row limit allows. */
export class RowBuilder {
  readonly #rows: OpenRow[] = [];

  /** All events of a batch. Most batches hold nothing known: theirs go in as they came. */
  addAll(batch: PackedBatch): void {
    if (batch.lines.length > ROW_UNITS) {
      this.addOthers(batch, new Set());
      return;
    }
    const row = this.#rowFor(batch.lines.length);
    row.lines.push(batch.lines);
    row.hashes.push(new Uint8Array(batch.hashes));
    row.count += batchSize(batch);
    row.units += batch.lines.length + 1;
    row.times.add(batch.receivedAt);
    const { kinds } = batch;
    if (kinds !== undefined) for (const kind of kinds.of) row.kinds.add(kinds.texts[kind]!, 1);
  }

  /** The events of a batch that are not among `repeated`, by index. */
  addOthers({ lines, hashes, kinds, receivedAt }: PackedBatch, repeated: ReadonlySet<number>): void {
    lines.split("\n").forEach((line, i) => {
      if (repeated.has(i)) return;
      const row = this.#rowFor(line.length);
      row.lines.push(line);
      row.hashes.push(hashAt(hashes, i));
      row.count++;
      row.units += line.length + 1;
      row.times.add(receivedAt);
      if (kinds !== undefined) row.kinds.add(kinds.texts[kinds.of[i]!]!, 1);
    });
  }

  build(): PackedRow[] {
    return this.#rows.map(({ count, hashes, lines, kinds, times }) => ({
      count,
      hashes: concat(hashes),
      lines: lines.join("\n"),
      kinds: writeKinds(kinds),
      received: writeTimes(times),
    }));
  }

  #rowFor(units: number): OpenRow {
    const last = this.#rows.at(-1);
    if (last !== undefined && last.units + units <= ROW_UNITS) return last;
    const kinds = new KindTally(EVENT_KINDS.perRequest);
    const row = { count: 0, units: 0, lines: [], hashes: [], kinds, times: new ReceivedTimes() };
    this.#rows.push(row);
    return row;
  }
}

export const hashAt = (hashes: ArrayBuffer, i: number): Uint8Array =>
  new Uint8Array(hashes, i * HASH_BYTES, HASH_BYTES);

/** Packed hashes, split so that each part fits a row. */
export function packHashes(hashes: readonly Uint8Array[]): ArrayBuffer[] {
  const perPart = ROW_HASH_BYTES / HASH_BYTES;
  return Array.from({ length: Math.ceil(hashes.length / perPart) }, (_, part) =>
    concat(hashes.slice(part * perPart, (part + 1) * perPart)),
  );
}

function concat(parts: readonly Uint8Array[]): ArrayBuffer {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole.buffer;
}
