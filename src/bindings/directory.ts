import type { Directory } from "../core/catalog.ts";
import type { SourceContext } from "../core/source.ts";

/** Younger than this the copy is used as it is. */
const FRESH_MS = 5000;
/** An unknown write key asks the Catalog at most this often, so a flood of made-up keys cannot reach it. */
const UNKNOWN_MS = 1000;
const REFRESH_LIMIT_MS = 3000;
/** A full copy this often even when nothing changed: expired write keys leave it then. */
const FULL_MS = 60_000;

/**
 * This isolate's copy of the directory. Values only are shared between requests, never promises: Workers forbid
 * one request to wait for another's I/O. When the Catalog is unreachable the old copy serves on.
 */
export class DirectoryCache {
  readonly #load: (version?: number) => Promise<Directory | "unchanged">;
  readonly #now: () => number;
  #directory: Directory | undefined;
  #byKey = new Map<string, SourceContext>();
  #checkedAt = Number.NEGATIVE_INFINITY;
  #fullAt = Number.NEGATIVE_INFINITY;
  /** One request refreshes at a time; a limit, because a request that is cut off never says so. */
  #refreshingUntil = Number.NEGATIVE_INFINITY;

  constructor(load: (version?: number) => Promise<Directory | "unchanged">, now: () => number) {
    this.#load = load;
    this.#now = now;
  }

  /** The directory, at most seconds old. Throws only when none was ever loaded and none can be had. */
  async get(): Promise<Directory> {
    return this.#upTo(FRESH_MS);
  }

  /** The source of the first key that has one. A key made a moment ago is found too. */
  async findSource(writeKeys: readonly string[]): Promise<SourceContext | undefined> {
    await this.get();
    const known = this.#find(writeKeys);
    if (known !== undefined || writeKeys.length === 0) return known;
    await this.#upTo(UNKNOWN_MS);
    return this.#find(writeKeys);
  }

  /** The newest version of a source, asked for when an Intake has seen a newer epoch than our copy. */
  async reload(sourceId: string): Promise<SourceContext | undefined> {
    const directory = await this.#upTo(0);
    return directory.sources.find((source) => source.id === sourceId);
  }

  #find(writeKeys: readonly string[]): SourceContext | undefined {
    for (const key of writeKeys) {
      const source = this.#byKey.get(key);
      if (source !== undefined) return source;
    }
    return undefined;
  }

  async #upTo(maxAge: number): Promise<Directory> {
    const now = this.#now();
    const current = this.#directory;
    const busy = now < this.#refreshingUntil && maxAge > 0;
    if (current !== undefined && (now - this.#checkedAt < maxAge || busy)) return current;
    this.#refreshingUntil = now + REFRESH_LIMIT_MS;
    try {
      const full = now - this.#fullAt >= FULL_MS;
      const answer = await this.#load(full ? undefined : current?.version);
      if (answer !== "unchanged") this.#adopt(answer);
      if (full) this.#fullAt = now;
    } catch (error) {
      if (current === undefined) throw error;
      console.error("catalog unreachable, serving the old directory", error);
    } finally {
      this.#refreshingUntil = Number.NEGATIVE_INFINITY;
    }
    this.#checkedAt = this.#now();
    return this.#directory!;
  }

  #adopt(directory: Directory): void {
    this.#directory = directory;
    this.#byKey = new Map(directory.sources.flatMap((source) => source.writeKeys.map((key) => [key, source] as const)));
  }
}
