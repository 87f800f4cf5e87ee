import type { FileEntry, HourClaim, Progress } from "../core/exports.ts";
import { idsKey, ndjsonKey, parquetKey, upsertsKey } from "../core/warehouse/keys.ts";
import { mustHold, type HourDeps } from "./hour-deps.ts";
import { encodeParquet } from "./parquet.ts";
import { inRounds } from "./rounds.ts";
import type { FullTable } from "./table-buffers.ts";

/** Written side by side: each is in memory while it is under way. */
const AT_ONCE = 3;

const PARQUET = "application/vnd.apache.parquet";
const BYTES = "application/octet-stream";
const GZIP = "application/gzip";

type Files = Pick<Progress, "files" | "upserts" | "ids" | "ndjson">;

/** What one claim writes. Every file is announced before it is written, so that nothing is left behind unknown. */
export class HourFiles {
  readonly #claim: HourClaim;
  readonly #deps: HourDeps;
  readonly #files = new Map<string, FileEntry[]>();
  readonly #upserts: string[] = [];
  readonly #ids: string[] = [];
  readonly #ndjson: string[] = [];
  #n: number;

  constructor(claim: HourClaim, deps: HourDeps) {
    this.#claim = claim;
    this.#deps = deps;
    this.#n = claim.n;
  }

  /** Written since the claim. */
  get told(): Files {
    return { files: Object.fromEntries(this.#files), upserts: this.#upserts, ids: this.#ids, ndjson: this.#ndjson };
  }

  /** Parts of the hour's ids: of earlier claims and of this one. */
  get ids(): string[] {
    return [...(this.#claim.checkpoint?.ids ?? []), ...this.#ids];
  }

  async tables(full: readonly FullTable[]): Promise<void> {
    const named = full.map(({ table, rows }) => ({ table, rows, key: parquetKey(this.#claim, table.name, this.#n++) }));
    await this.#announce(named.map(({ key }) => key));
    const write = async ({ table, rows, key }: (typeof named)[number]): Promise<void> => {
      const bytes = encodeParquet(table, rows);
      await this.#deps.put(key, bytes, PARQUET);
      const { count, firstAt, lastAt } = rows;
      const files = this.#files.get(table.name) ?? [];
      this.#files.set(table.name, [...files, { key, rows: count, bytes: bytes.byteLength, firstAt, lastAt }]);
    };
    await inRounds(named, AT_ONCE, write, () => this.#deps.rest());
  }

  upserts(bytes: Uint8Array): Promise<void> {
    return this.#single(upsertsKey(this.#claim.sourceId, this.#claim, this.#n++), bytes, GZIP, this.#upserts);
  }

  idPart(bytes: Uint8Array): Promise<void> {
    return this.#single(idsKey(this.#claim.sourceId, this.#claim, this.#n++), bytes, BYTES, this.#ids);
  }

  ndjson(bytes: Uint8Array): Promise<void> {
    return this.#single(ndjsonKey(this.#claim, this.#n++), bytes, GZIP, this.#ndjson);
  }

  async #single(key: string, bytes: Uint8Array, contentType: string, list: string[]): Promise<void> {
    await this.#announce([key]);
    await this.#deps.put(key, bytes, contentType);
    list.push(key);
  }

  async #announce(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) mustHold(await this.#deps.exports.writing(this.#claim.token, keys, this.#n));
  }
}
