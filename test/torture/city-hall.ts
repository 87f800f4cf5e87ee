import { setTimeout as sleep } from "node:timers/promises";
import type { TorturedInlet } from "./process.ts";
import type { Objects } from "./seams.ts";
import { IS_LONG } from "./settings.ts";
import type { Town } from "./town.ts";
import type { SentEvent } from "./traffic.ts";

export interface Source {
  readonly id: string;
  readonly writeKey: string;
  /** The most that it may have. */
  readonly shards: number;
  readonly exports: boolean;
}

export interface Tool {
  readonly id: string;
  readonly path: string;
  readonly sourceIds: readonly string[];
  /** By what was sent, not by what the product says. */
  wants(event: SentEvent): boolean;
}

/** Gets nothing that comes in, only what is replayed: those that are switched off do. */
const AGAIN = "/again";

const DRAIN = { afterMs: 1500, afterBytes: 60_000 };
/** Clocks jump by days in a long run, and an id is a duplicate all the same. */
const WINDOW_HOURS = 720;

/** Returned once the edge knows its write key. */
export async function makeSource(
  inlet: TorturedInlet,
  name: string,
  { shards = 1, most = shards, exports = true }: { shards?: number; most?: number; exports?: boolean },
): Promise<Source> {
  const settings = {
    shards,
    drain: DRAIN,
    dedupWindowHours: WINDOW_HOURS,
    exports: { enabled: exports, ndjson: false, iceberg: exports },
  };
  const { source } = await inlet.api<{ source: { id: string; writeKeys: [string] } }>("POST", "/api/sources", {
    name,
    settings,
  });
  const known = new URL(`/v1/projects/${source.writeKeys[0]}/settings`, inlet.url);
  while (!(await fetch(known)).ok) await sleep(50);
  return { id: source.id, writeKey: source.writeKeys[0], shards: most, exports };
}

interface Connect {
  readonly path: string;
  readonly sources: readonly Source[];
  readonly metadataId: string;
  readonly settings: Record<string, unknown>;
  readonly subscription?: Record<string, unknown>;
  readonly enabled?: false;
}

async function connect(inlet: TorturedInlet, town: Town, { path, sources, ...how }: Connect): Promise<Tool> {
  const sourceIds = sources.map(({ id }) => id);
  const body = {
    sourceIds,
    metadataId: how.metadataId,
    name: path.slice(1),
    settings: how.settings,
    enabled: how.enabled,
  };
  const { destination } = await inlet.api<{ destination: { id: string } }>("POST", "/api/destinations", body);
  if (how.subscription !== undefined) {
    await inlet.api("POST", `/api/destinations/${destination.id}/subscriptions`, how.subscription);
  }
  town.of(path);
  const onlyTracks = how.subscription !== undefined;
  const wants = ({ sourceId, optedOut, type }: SentEvent) =>
    sourceIds.includes(sourceId) && !optedOut && (!onlyTracks || type === "track");
  return { id: destination.id, path, sourceIds, wants };
}

/** Sends tracks only, in batches of at most 50. */
const IN_BATCHES = {
  name: "Tracks",
  actionId: "send",
  enabled: true,
  trigger: 'type = "track"',
  settings: {
    method: "POST",
    body: { "@path": "$." },
    enable_batching: true,
    batch_format: "ndjson",
    batch_size: 50,
    batch_keys: ["method"],
  },
};

/**
 * Three sources of different layouts, five tools of three kinds and one for replays; which tool is how ill is the
 * schedule's to say.
 */
export class CityHall {
  readonly sources: readonly [plain: Source, wide: Source, growing: Source];
  readonly tools: readonly Tool[];
  /** Of the sources whose archive is replayed. */
  readonly again: Tool;

  private constructor({ sources, tools, again }: Pick<CityHall, "sources" | "tools" | "again">) {
    this.sources = sources;
    this.tools = tools;
    this.again = again;
  }

  static async found(inlet: TorturedInlet, town: Town): Promise<CityHall> {
    const plain = await makeSource(inlet, "Plain", {});
    const wide = await makeSource(inlet, "Wide", { shards: IS_LONG ? 4 : 2, exports: IS_LONG });
    const growing = await makeSource(inlet, "Growing", { shards: 1, most: 2, exports: false });
    const at = (path: string) => `${town.url}${path}`;
    const webhook = (path: string, sources: readonly Source[]): Connect => ({
      path,
      sources,
      metadataId: "webhook",
      settings: { url: at(path) },
    });
    const all = [
      webhook("/prompt", [plain, growing]),
      webhook("/flaky", [wide]),
      webhook("/hanging", [growing]),
      {
        path: "/batches",
        sources: [plain, wide],
        metadataId: "http",
        settings: { url: at("/batches") },
        subscription: IN_BATCHES,
      },
      {
        path: "/passed-on",
        sources: [plain, wide, growing],
        metadataId: "segment",
        settings: { writeKey: "elsewhere", endpoint: at("/passed-on") },
      },
    ];
    for (const path of ["/flaky", "/batches", AGAIN]) town.strict.add(path);
    const tools: Tool[] = [];
    for (const one of all) tools.push(await connect(inlet, town, one));
    const again = await connect(inlet, town, { ...webhook(AGAIN, [plain, wide]), enabled: false });
    return new CityHall({ sources: [plain, wide, growing], tools, again });
  }

  /** Every object that has an alarm. */
  get objects(): Objects {
    return {
      INTAKE: this.intakes,
      LEDGER: [...this.ledgers, `destination:${this.again.id}`, ...this.sources.map(({ id }) => `source:${id}`)],
      ARCHIVE_INDEX: this.sources.map(({ id }) => id),
      EXPORTS: this.sources.filter((one) => one.exports).map(({ id }) => id),
      REPLAYS: ["workspace"],
    };
  }

  get intakes(): string[] {
    return this.sources.flatMap(({ id, shards }) => Array.from({ length: shards }, (_, shard) => `${id}:${shard}`));
  }

  get ledgers(): string[] {
    return this.tools.map(({ id }) => `destination:${id}`);
  }
}
