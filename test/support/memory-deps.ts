import type { AcceptedEvent } from "../../src/collect/accept.ts";
import type { CollectDeps } from "../../src/collect/routes.ts";
import type { Event } from "../../src/core/event.ts";
import type { RejectionReason } from "../../src/core/rejection.ts";
import type { Observation, Sample } from "../../src/core/sample.ts";
import { SourceSettings, type SourceContext } from "../../src/core/source.ts";

/** Noon of an ordinary day: what `now()` answers until a test moves it. */
export const NOON = Date.parse("2026-11-22T12:00:00.000Z");

/** A source with every setting at its default; say only what matters. */
export function createTestSource(
  overrides: Partial<SourceContext> & { settings?: SourceSettings } = {},
): SourceContext {
  return {
    id: "src_1",
    slug: "shop",
    enabled: true,
    writeKeys: ["wk_1"],
    settings: SourceSettings.parse({}),
    route: {
      sourceId: "src_1",
      shards: 1,
      epoch: 0,
      windowMs: 86_400_000,
      drainAfterMs: 2000,
      drainAfterBytes: 4_000_000,
    },
    linkKey: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    ...overrides,
  };
}

export interface MemoryDeps extends CollectDeps {
  /** What was stored, in order, parsed; one entry per new messageId of a source. */
  readonly stored: (Event & Record<string, unknown>)[];
  readonly lines: string[];
  readonly observations: Observation[];
  readonly unknown: { reason: RejectionReason; count: number }[];
  /** Moves time or takes parts away; read at each call. */
  clock: number;
  reachable: { directory: boolean; storage: boolean };
  withinLimit: boolean;
  /** Waits for everything that was handed to `waitUntil`. */
  settle(): Promise<void>;
  samples(): readonly Sample[];
  /** All counts told so far, added up. */
  counts(): Record<string, number>;
}

/** Everything accepting a call needs, in memory: remembers what it was given and forgets no messageId. */
export function memoryAcceptDeps(...sources: readonly SourceContext[]): MemoryDeps {
  const known = sources.length === 0 ? [createTestSource()] : sources;
  const seen = new Set<string>();
  const pending: Promise<void>[] = [];
  let ids = 0;
  const deps: MemoryDeps = {
    stored: [],
    lines: [],
    observations: [],
    unknown: [],
    clock: NOON,
    reachable: { directory: true, storage: true },
    withinLimit: true,
    async findSource(writeKeys) {
      if (!deps.reachable.directory) throw new Error("directory out of reach");
      for (const key of writeKeys) {
        const source = known.find((one) => one.writeKeys.includes(key));
        if (source !== undefined) return source;
      }
      return undefined;
    },
    async withinRate() {
      return deps.withinLimit;
    },
    async append(source, events: readonly AcceptedEvent[]) {
      if (!deps.reachable.storage) return { status: "unavailable" };
      const duplicates: number[] = [];
      events.forEach(({ messageId, line }, i) => {
        const id = `${source.id}:${messageId}`;
        if (seen.has(id)) return duplicates.push(i);
        seen.add(id);
        deps.lines.push(line);
        return deps.stored.push(JSON.parse(line) as Event);
      });
      return { status: "stored", duplicates };
    },
    async observe(observation) {
      deps.observations.push(observation);
    },
    async countUnknown(reason, count) {
      deps.unknown.push({ reason, count });
    },
    now: () => deps.clock,
    newMessageId: () => `made-${++ids}`,
    waitUntil(work) {
      pending.push(work);
    },
    async settle() {
      await Promise.all(pending.splice(0));
    },
    samples: () => deps.observations.flatMap((observation) => observation.samples),
    counts() {
      const total: Record<string, number> = {};
      for (const { counts } of deps.observations) {
        for (const [key, n] of Object.entries(counts)) total[key] = (total[key] ?? 0) + n;
      }
      return total;
    },
  };
  return deps;
}
