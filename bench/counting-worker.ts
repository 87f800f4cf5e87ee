// Inlet itself with its billable operations counted: the same classes and handlers, watched from outside.
// GET /__bench/counts, POST /__bench/reset, POST /__bench/connect?url=&batched&sourceId= belong to the bench.
import inlet, {
  ArchiveIndex as PlainArchiveIndex,
  Catalog as PlainCatalog,
  Debugger as PlainDebugger,
  Exports as PlainExports,
  Intake as PlainIntake,
  Ledger as PlainLedger,
  Replays as PlainReplays,
  Watch as PlainWatch,
} from "../src/worker.ts";
import { countBatch, countCalls, countFetch, readCounts, resetCounts, watchEnv, watchState } from "./counting.ts";

export { Preferences } from "../src/worker.ts";

type ObjectClass = new (ctx: DurableObjectState, env: Env) => object;

/** The same class with what its objects do counted, and each call of theirs. */
function counted<const Class extends ObjectClass>(name: string, Plain: Class): Class {
  const Counted = class extends (Plain as ObjectClass) {
    constructor(ctx: DurableObjectState, env: Env) {
      super(watchState(name, ctx), watchEnv(env));
    }
  };
  countCalls(name, Counted);
  return Counted as Class;
}

export const ArchiveIndex = counted("ArchiveIndex", PlainArchiveIndex);
export const Catalog = counted("Catalog", PlainCatalog);
export const Debugger = counted("Debugger", PlainDebugger);
export const Exports = counted("Exports", PlainExports);
export const Ledger = counted("Ledger", PlainLedger);
export const Replays = counted("Replays", PlainReplays);
export const Watch = counted("Watch", PlainWatch);

export class Intake extends counted("Intake", PlainIntake) {
  /** What the dedup window keeps of each id: bytes of the segments' rows, and how many ids they hold. */
  async storedIds(): Promise<{ ids: number; bytes: number }> {
    const query = "SELECT SUM(count) AS ids, SUM(LENGTH(hashes) + LENGTH(commits) + 20) AS bytes FROM segments";
    const row = this.ctx.storage.sql.exec<{ ids: number; bytes: number }>(query).one();
    return { ids: row.ids, bytes: row.bytes };
  }
}

async function demoSourceId(env: Env): Promise<string> {
  const directory = await env.CATALOG.getByName("workspace").directory();
  const source = directory === "unchanged" ? undefined : directory.sources.find((one) => one.slug === "demo-shop");
  if (source === undefined) throw new Error("there is no demo source");
  return source.id;
}

interface Made {
  readonly id: string;
  readonly writeKeys?: readonly string[];
}

/** One call of the control plane, as people make it; its `data`. */
async function api(env: Env, ctx: ExecutionContext, path: string, body: object): Promise<Record<string, Made>> {
  const headers = { authorization: `Bearer ${env.INLET_ADMIN_TOKEN}`, "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  const request = new Request(`http://bench.invalid/api${path}`, init) as Parameters<typeof inlet.fetch>[0];
  const response = await inlet.fetch(request, env, ctx);
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return ((await response.json()) as { data: Record<string, Made> }).data;
}

/** What sends 100 events a request. */
const BATCHES = {
  name: "Every event",
  actionId: "send",
  enabled: true,
  trigger: 'type = "track"',
  settings: {
    method: "POST",
    body: { "@path": "$." },
    enable_batching: true,
    batch_format: "ndjson",
    batch_size: 100,
    batch_keys: ["method"],
  },
};

/** A webhook with its preset, or an HTTP destination that takes batches. */
async function connect(env: Env, ctx: ExecutionContext, query: URLSearchParams): Promise<void> {
  const batched = query.has("batched");
  const metadataId = batched ? "http" : "webhook";
  const settings = { url: query.get("url") };
  const input = {
    sourceId: query.get("sourceId") ?? (await demoSourceId(env)),
    metadataId,
    name: "Bench",
    enabled: true,
    settings,
  };
  const { destination } = await api(env, ctx, "/destinations", input);
  if (destination === undefined) throw new Error("no destination");
  if (batched) await api(env, ctx, `/destinations/${destination.id}/subscriptions`, BATCHES);
}

async function answerBench(url: URL, env: Env, ctx: ExecutionContext): Promise<Response> {
  switch (url.pathname) {
    case "/__bench/counts":
      return Response.json(readCounts());
    case "/__bench/reset":
      resetCounts();
      return new Response(null, { status: 204 });
    case "/__bench/source": {
      const { source } = await api(env, ctx, "/sources", { name: url.searchParams.get("name") });
      return Response.json({ id: source?.id, writeKey: source?.writeKeys?.[0] });
    }
    case "/__bench/connect":
      await connect(env, ctx, url.searchParams);
      return new Response(null, { status: 204 });
    case "/__bench/stored-ids": {
      const intake = env.INTAKE.getByName(`${await demoSourceId(env)}:0`) as unknown as DurableObjectStub<Intake>;
      return Response.json(await intake.storedIds());
    }
    default:
      return new Response("no such bench path", { status: 404 });
  }
}

let watched: Env | undefined;

export default {
  async fetch(request, env, ctx) {
    watched ??= watchEnv(env);
    const url = new URL(request.url);
    if (url.pathname.startsWith("/__bench/")) return answerBench(url, watched, ctx);
    countFetch();
    return inlet.fetch(request, watched, ctx);
  },
  queue(batch, env) {
    watched ??= watchEnv(env);
    const bindings = watched;
    return countBatch(batch, (counted) => inlet.queue(counted, bindings));
  },
} satisfies ExportedHandler<Env>;
