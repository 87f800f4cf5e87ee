import { DEBUGGER, toEntry, type DebuggerEntry } from "../../src/core/debugger.ts";
import type { Sample } from "../../src/core/sample.ts";

/** One stored push. `json[i]` is the text of `entries[i]`; `hidden` counts what the sample left out until then. */
interface Page {
  readonly slot: number;
  readonly hidden: number;
  readonly entries: readonly DebuggerEntry[];
  readonly chars: number;
}

type Row = { slot: number; hidden: number; body: string };

/**
 * The newest events of one source, in memory and in SQLite: one row per push, never one per event. A push that
 * pushes old ones out takes the row of the oldest, so that it costs one row written.
 */
export class Ring {
  readonly #sql: SqlStorage;
  #pages: Page[] = [];
  #nextSeq = 1;
  #count = 0;
  #chars = 0;
  /** Hidden events of pushes that showed nothing: stored with the next page. */
  #carried = 0;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(
      "CREATE TABLE IF NOT EXISTS pages (slot INTEGER PRIMARY KEY, first INTEGER NOT NULL, hidden INTEGER NOT NULL, body TEXT NOT NULL)",
    );
    for (const row of sql.exec<Row>("SELECT slot, hidden, body FROM pages ORDER BY first")) {
      this.#adopt({ slot: row.slot, hidden: row.hidden, entries: JSON.parse(row.body), chars: row.body.length });
    }
  }

  /** Events of the ring's time that are not in it. */
  get hidden(): number {
    return this.#pages.reduce((sum, page) => sum + page.hidden, this.#carried);
  }

  /** Oldest first; only those after `since`. */
  entries(since = 0): DebuggerEntry[] {
    const all = this.#pages.flatMap((page) => page.entries).slice(-DEBUGGER.entries);
    return since === 0 ? all : all.filter((entry) => entry.seq > since);
  }

  get lastSeq(): number {
    return this.#nextSeq - 1;
  }

  /** Stores one push and returns its entries; those beyond one row's size count as hidden. */
  add(samples: readonly Sample[], hidden: number): DebuggerEntry[] {
    const entries: DebuggerEntry[] = [];
    const texts: string[] = [];
    let chars = 2;
    for (const sample of samples) {
      const entry = toEntry(sample, this.#nextSeq + entries.length);
      const text = JSON.stringify(entry);
      if (chars + text.length + 1 > DEBUGGER.pageChars) continue;
      chars += text.length + 1;
      entries.push(entry);
      texts.push(text);
    }
    this.#carried += hidden + samples.length - entries.length;
    if (entries.length > 0) this.#store(entries, `[${texts.join(",")}]`);
    return entries;
  }

  clear(): void {
    this.#sql.exec("DELETE FROM pages");
    this.#pages = [];
    this.#count = this.#chars = this.#carried = 0;
  }

  #store(entries: readonly DebuggerEntry[], body: string): void {
    const freed = this.#makeRoom(entries.length, body.length);
    const slot = freed.shift() ?? this.#pages.reduce((max, page) => Math.max(max, page.slot), 0) + 1;
    for (const other of freed) this.#sql.exec("DELETE FROM pages WHERE slot = ?", other);
    this.#sql.exec(
      "INSERT INTO pages (slot, first, hidden, body) VALUES (?, ?, ?, ?) ON CONFLICT (slot) DO UPDATE SET first = excluded.first, hidden = excluded.hidden, body = excluded.body",
      slot,
      entries[0]?.seq ?? 0,
      this.#carried,
      body,
    );
    this.#adopt({ slot, hidden: this.#carried, entries, chars: body.length });
    this.#carried = 0;
  }

  #adopt(page: Page): void {
    this.#pages.push(page);
    this.#count += page.entries.length;
    this.#chars += page.chars;
    this.#nextSeq = (page.entries.at(-1)?.seq ?? 0) + 1;
  }

  /** Drops the oldest pages that the ring no longer needs once the new one is in; returns their slots. */
  #makeRoom(count: number, chars: number): number[] {
    const freed: number[] = [];
    for (let oldest = this.#pages[0]; oldest !== undefined; oldest = this.#pages[0]) {
      const superfluous = this.#count - oldest.entries.length + count >= DEBUGGER.entries;
      if (!superfluous && this.#chars + chars <= DEBUGGER.ringChars) break;
      this.#pages.shift();
      this.#count -= oldest.entries.length;
      this.#chars -= oldest.chars;
      freed.push(oldest.slot);
    }
    return freed;
  }
}
