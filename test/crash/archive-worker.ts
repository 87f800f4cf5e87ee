// The product with a clock that each request sets, and with steps of the archive's upkeep that a test may ask for.
import product, { ArchiveIndex as RealIndex } from "../../src/worker.ts";
import { advance, moveDate } from "../acceptance/clock.ts";
import { DayIndex } from "../../src/core/archive-index.ts";
import { CHECK_PATH, STEP_PATH, type Checked } from "./archive-paths.ts";

export * from "../../src/worker.ts";

moveDate();
let ahead = 0;
/** Most ms that a write to R2 takes before or after it is done: so long it can be cut off from what comes next. */
let slow = 0;

const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * slow));

/** Its writes take their time. */
const slowly = (bucket: R2Bucket): R2Bucket =>
  new Proxy(bucket, {
    get(target, name) {
      const method = Reflect.get(target, name) as (...given: unknown[]) => unknown;
      if (name !== "put" && name !== "delete") return method.bind(target);
      return async (...given: unknown[]) => {
        await pause();
        const done = await Reflect.apply(method, target, given);
        await pause();
        return done;
      };
    },
  });

export class ArchiveIndex extends RealIndex {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, { ...env, ARCHIVE: slowly(env.ARCHIVE) });
  }
  tick(): Promise<void> {
    return this.alarm();
  }
}

/** What a message of the queue and an alarm do. */
async function step(sourceId: string, env: Env): Promise<Response> {
  const nothing = () => undefined;
  const body = { sourceId, task: "compact" };
  const message = { id: "1", timestamp: new Date(), attempts: 1, body, ack: nothing, retry: nothing };
  const batch = { queue: "inlet-exports", messages: [message], ackAll: nothing, retryAll: nothing };
  await product.queue(batch as unknown as MessageBatch, env);
  await (env.ARCHIVE_INDEX.getByName(sourceId) as unknown as ArchiveIndex).tick();
  return Response.json({ now: new Date().toISOString() });
}

/** Which objects the index objects in R2 name, and which of them are not there. */
async function check(sourceId: string, env: Env): Promise<Response> {
  const checked: { named: string[]; missing: string[] } = { named: [], missing: [] };
  for (const { key } of (await env.ARCHIVE.list({ prefix: `archive-index/${sourceId}/` })).objects) {
    const index = DayIndex.parse(await (await env.ARCHIVE.get(key))!.json());
    for (const { key: named } of index.objects) {
      checked.named.push(named);
      if ((await env.ARCHIVE.head(named)) === null) checked.missing.push(named);
    }
  }
  return Response.json(checked satisfies Checked);
}

export default {
  ...product,
  fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    const sourceId = searchParams.get("sourceId") ?? "";
    if (pathname === CHECK_PATH) return check(sourceId, env);
    if (pathname !== STEP_PATH) return product.fetch(request, env, ctx);
    const wanted = Number(searchParams.get("ahead"));
    advance(wanted - ahead);
    ahead = wanted;
    slow = Number(searchParams.get("slow"));
    return step(sourceId, env);
  },
} satisfies ExportedHandler<Env>;
