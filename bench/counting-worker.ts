// Inlet itself with its billable operations counted: the same classes and handlers, watched from outside.
// GET /__bench/counts, POST /__bench/reset, POST /__bench/webhook?url= belong to the bench.
import inlet, {
  Catalog as PlainCatalog,
  Debugger as PlainDebugger,
  Intake as PlainIntake,
  Ledger as PlainLedger,
} from "../src/worker.ts";
import { countBatch, countCalls, countFetch, readCounts, resetCounts, watchEnv, watchState } from "./counting.ts";

export { Preferences } from "../src/worker.ts";

export class Catalog extends PlainCatalog {
  constructor(ctx: DurableObjectState, env: Env) {
    super(watchState("Catalog", ctx), watchEnv(env));
  }
}

export class Debugger extends PlainDebugger {
  constructor(ctx: DurableObjectState, env: Env) {
    super(watchState("Debugger", ctx), watchEnv(env));
  }
}

export class Intake extends PlainIntake {
  constructor(ctx: DurableObjectState, env: Env) {
    super(watchState("Intake", ctx), watchEnv(env));
  }

  /** What the dedup window keeps of each id: bytes of the segments' rows, and how many ids they hold. */
  async storedIds(): Promise<{ ids: number; bytes: number }> {
    const query = "SELECT SUM(count) AS ids, SUM(LENGTH(hashes) + LENGTH(commits) + 20) AS bytes FROM segments";
    const row = this.ctx.storage.sql.exec<{ ids: number; bytes: number }>(query).one();
    return { ids: row.ids, bytes: row.bytes };
  }
}

export class Ledger extends PlainLedger {
  constructor(ctx: DurableObjectState, env: Env) {
    super(watchState("Ledger", ctx), watchEnv(env));
  }
}

countCalls("Catalog", Catalog);
countCalls("Debugger", Debugger);
countCalls("Intake", Intake);
countCalls("Ledger", Ledger);

async function demoSourceId(env: Env): Promise<string> {
  const directory = await env.CATALOG.getByName("workspace").directory();
  const source = directory === "unchanged" ? undefined : directory.sources.find((one) => one.slug === "demo-shop");
  if (source === undefined) throw new Error("there is no demo source");
  return source.id;
}

async function connectWebhook(env: Env, url: string): Promise<void> {
  const created = await env.CATALOG.getByName("workspace").createDestination({
    sourceIds: [await demoSourceId(env)],
    consentCategories: [],
    subscriptions: [],
    metadataId: "webhook",
    integrationName: "Webhooks",
    name: "Bench",
    enabled: true,
    settings: { url },
    secrets: {},
  });
  if (!created.ok) throw new Error(`no destination: ${JSON.stringify(created.error)}`);
}

async function answerBench(url: URL, env: Env): Promise<Response> {
  switch (url.pathname) {
    case "/__bench/counts":
      return Response.json(readCounts());
    case "/__bench/reset":
      resetCounts();
      return new Response(null, { status: 204 });
    case "/__bench/webhook":
      await connectWebhook(env, url.searchParams.get("url") ?? "");
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
    if (url.pathname.startsWith("/__bench/")) return answerBench(url, watched);
    countFetch();
    return inlet.fetch(request, watched, ctx);
  },
  queue(batch, env) {
    watched ??= watchEnv(env);
    const bindings = watched;
    return countBatch(batch, (counted) => inlet.queue(counted, bindings));
  },
} satisfies ExportedHandler<Env>;
