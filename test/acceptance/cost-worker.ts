// The bench's counting Worker, with a look at what a ledger has counted itself.
import counting from "../../bench/counting-worker.ts";
import type { UsageQuery } from "../../src/core/usage.ts";
import type { Ledger } from "../../src/worker.ts";

export * from "../../bench/counting-worker.ts";
export { Exports, Replays } from "../../src/worker.ts";

export default {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/__bench/usage") return counting.fetch(request, env, ctx);
    const ledger = env.LEDGER.getByName(searchParams.get("ledger") ?? "") as unknown as DurableObjectStub<Ledger>;
    const query = JSON.parse(searchParams.get("query") ?? "") as UsageQuery;
    return Response.json(await ledger.usage(query));
  },
  queue: (batch, env) => counting.queue(batch, env),
} satisfies ExportedHandler<Env>;
