// The product at a later hour, with a bucket that may fail or hang: each start of the process has its own plan.
import product, {
  ArchiveIndex as RealIndex,
  Catalog as RealCatalog,
  Exports as RealExports,
  Intake as RealIntake,
  Ledger as RealLedger,
  Replays as RealReplays,
} from "../../src/worker.ts";
import { advance, moveAlarms, moveDate } from "../acceptance/clock.ts";
import { seededRandom } from "../support/random.ts";
import { LOOK_PATH, PLAN, type Looked, type Plan } from "./moved-plan.ts";

export { Debugger, Preferences } from "../../src/worker.ts";

const { ahead, seed, fail, hang, stall } = Reflect.get(globalThis, PLAN) as Plan;
const random = seededRandom(seed);
moveDate();
advance(ahead);

/** Alarms that an earlier start has set are due: by the clock that is further ahead they may well be. */
function atOnce(ctx: DurableObjectState): DurableObjectState {
  moveAlarms(ctx.storage);
  void ctx.blockConcurrencyWhile(async () => {
    if ((await ctx.storage.getAlarm()) !== null) await ctx.storage.setAlarm(Date.now());
  });
  return ctx;
}

const FAULTY: ReadonlySet<string | symbol> = new Set(["get", "put", "head", "list", "delete"]);
const never = () => new Promise<never>((_, reject) => setTimeout(() => reject(new Error("gone")), 86_400_000));

let calls = 0;
let stalled = false;
/** Whether it is the one that is never answered. */
function isStalled(name: string, [key]: readonly unknown[]): boolean {
  if (name !== stall?.call || !String(key).includes(stall.key) || ++calls !== stall.nth) return false;
  stalled = true;
  return true;
}

/** Calls fail before or after R2 did what was asked, or are never answered. */
async function throughFaults(name: string, call: () => unknown): Promise<unknown> {
  const drawn = random.next();
  if (drawn < hang) return never();
  if (drawn >= hang + fail) return call();
  if (random.next() < 0.5) throw new Error(`${name}: R2 failed`);
  await call();
  throw new Error(`${name}: R2's answer got lost`);
}

function faulty(bucket: R2Bucket): R2Bucket {
  if (fail + hang === 0 && stall === undefined) return bucket;
  return new Proxy(bucket, {
    get(target, name) {
      const method = Reflect.get(target, name) as (...given: unknown[]) => unknown;
      if (!FAULTY.has(name)) return typeof method === "function" ? method.bind(target) : method;
      return async (...given: unknown[]) => {
        const call = () => Reflect.apply(method, target, given);
        if (!isStalled(String(name), given)) return throughFaults(String(name), call);
        if (stall?.isDone === true) await call();
        return never();
      };
    },
  });
}

/** One proxy for each handler and object: what it wraps is theirs. */
const withFaults = (env: Env): Env => ({ ...env, ARCHIVE: faulty(env.ARCHIVE) });

export class ArchiveIndex extends RealIndex {
  constructor(ctx: DurableObjectState, env: Env) {
    super(atOnce(ctx), withFaults(env));
  }
}
export class Catalog extends RealCatalog {
  constructor(ctx: DurableObjectState, env: Env) {
    super(atOnce(ctx), withFaults(env));
  }
}
export class Exports extends RealExports {
  constructor(ctx: DurableObjectState, env: Env) {
    super(atOnce(ctx), withFaults(env));
  }
}
export class Intake extends RealIntake {
  constructor(ctx: DurableObjectState, env: Env) {
    super(atOnce(ctx), withFaults(env));
  }
}
export class Ledger extends RealLedger {
  constructor(ctx: DurableObjectState, env: Env) {
    super(atOnce(ctx), withFaults(env));
  }
}
export class Replays extends RealReplays {
  constructor(ctx: DurableObjectState, env: Env) {
    super(atOnce(ctx), withFaults(env));
  }
}

interface Named {
  readonly files: readonly { readonly key: string; readonly bytes: number }[];
}

/** Reads each table as one does who follows manifests: what a manifest names that is not there, or not whole. */
async function look(env: Env): Promise<Looked> {
  const wrong: string[] = [];
  let manifests = 0;
  let cursor: string | undefined;
  do {
    const page: R2Objects = await env.ARCHIVE.list({
      prefix: "warehouse/",
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { key } of page.objects.filter((object) => object.key.endsWith("/manifest.json"))) {
      manifests++;
      const { files } = await (await env.ARCHIVE.get(key))!.json<Named>();
      for (const { key: file, bytes } of files) {
        const size = (await env.ARCHIVE.head(file))?.size;
        if (size !== bytes) wrong.push(`${key} names ${file} with ${bytes} bytes, and there are ${size}`);
      }
    }
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return { manifests, stalled, wrong };
}

// The product builds what it needs once: all of its handlers must get the same.
const envs = new WeakMap<Env, Env>();
function wrapped(env: Env): Env {
  const known = envs.get(env) ?? withFaults(env);
  envs.set(env, known);
  return known;
}

export default {
  ...product,
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname === LOOK_PATH) return Response.json(await look(env));
    return product.fetch(request, wrapped(env), ctx);
  },
  queue: (batch, env) => product.queue(batch, wrapped(env)),
} satisfies ExportedHandler<Env>;
