import type { Directory } from "../core/catalog.ts";
import type { SourceContext } from "../core/source.ts";
import { logError } from "../log/log.ts";

/** Younger than this the copy is used as it is. */
const FRESH_MS = 5000;
/** Unknown write keys ask the Catalog at once, this many in a row and then ten a second: made-up keys cannot flood it. */
const UNKNOWN_BURST = 20;
const UNKNOWN_EVERY_MS = 100;
const REFRESH_LIMIT_MS = 3000;
/** A full copy this often even when nothing changed: expired write keys leave it then. */
const FULL_MS = 60_000;

/**
 * This isolate's copy of the directory. Values only are shared between requests, never promises: the request that
 * loads may end before it has an answer. When the Catalog is unreachable the old copy serves on.
 */
export class DirectoryCache {
  readonly #load: (version?: number) => Promise<Directory | "unchanged">;
  readonly #now: () => number;
  #directory: Directory | undefined;
  #byKey = new Map<string, SourceContext>();
  #checkedAt = Number.NEGATIVE_INFINITY;
  #fullAt = Number.NEGATIVE_INFINITY;
  /** One request refreshes at a time; a limit, because a request that is cut off never says so. */
  #refreshingSince = Number.NEGATIVE_INFINITY;
  /** Grows with every change made through this isolate; a copy of an older generation is not used any more. */
  #generation = 0;
  #copyOf = 0;
  #questions = UNKNOWN_BURST;
  #questionsAt = Number.NEGATIVE_INFINITY;

  constructor(load: (version?: number) => Promise<Directory | "unchanged">, now: () => number) {
    this.#load = load;
    this.#now = now;
  }

  /** The directory, at most seconds old. Throws only when none was ever loaded and none can be had. */
  async get(): Promise<Directory> {
    return this.#upTo(FRESH_MS);
  }

  /**
   * The source of the first key that has one. A key made a moment ago elsewhere is found too, unless so many unknown
   * ones arrive that they may not ask any more: then it is up to FRESH_MS late.
   */
  async findSource(writeKeys: readonly string[]): Promise<SourceContext | undefined> {
    await this.get();
    const known = this.#find(writeKeys);
    if (known !== undefined || writeKeys.length === 0 || !this.#mayAsk()) return known;
    await this.#upTo(0);
    return this.#find(writeKeys);
  }

  /** The configuration was changed through this isolate: the next request, and all beside it, see the change. */
  expire(): void {
    this.#generation++;
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
    const generation = this.#generation;
    const busy = maxAge > 0 && within(now - this.#refreshingSince, REFRESH_LIMIT_MS);
    const usable = current !== undefined && this.#copyOf === generation;
    if (usable && (busy || within(now - this.#checkedAt, maxAge))) return current;
    this.#refreshingSince = now;
    try {
      const full = !within(now - this.#fullAt, FULL_MS);
      const answer = await this.#load(full ? undefined : current?.version);
      if (answer !== "unchanged") this.#adopt(answer);
      if (full) this.#fullAt = now;
      this.#copyOf = Math.max(this.#copyOf, generation);
    } catch (error) {
      if (current === undefined) throw error;
      logError("catalog_unreachable", {}, error);
    } finally {
      this.#refreshingSince = Number.NEGATIVE_INFINITY;
    }
    this.#checkedAt = this.#now();
    return this.#directory!;
  }

  /** A token bucket over all unknown keys of this isolate. */
  #mayAsk(): boolean {
    const now = this.#now();
    const earned = Math.floor((now - this.#questionsAt) / UNKNOWN_EVERY_MS);
    // A clock that has stepped back earns nothing and starts anew.
    if (earned > 0) this.#questions = Math.min(UNKNOWN_BURST, this.#questions + earned);
    if (earned !== 0) this.#questionsAt = now;
    if (this.#questions === 0) return false;
    this.#questions--;
    return true;
  }

  #adopt(directory: Directory): void {
    // Answers may overtake each other; a full copy of the same version counts, for keys expire within one.
    if (this.#directory !== undefined && directory.version < this.#directory.version) return;
    this.#directory = directory;
    this.#byKey = new Map(directory.sources.flatMap((source) => source.writeKeys.map((key) => [key, source] as const)));
  }
}

/** A time that lies in the future is not recent: the clock has stepped back since. */
const within = (age: number, limit: number): boolean => age >= 0 && age < limit;
