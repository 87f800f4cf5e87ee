// The product with a fault at every seam: its own code, on bindings and storage that fail by a seeded plan.
import product, {
  ArchiveIndex as RealIndex,
  Catalog as RealCatalog,
  Exports as RealExports,
  Intake as RealIntake,
  Ledger as RealLedger,
  Replays as RealReplays,
} from "../../src/worker.ts";
import { WAITING } from "../../durable/intake/outbox.ts";
import { advance, advanceAlarm, moveAlarms, moveDate } from "../acceptance/clock.ts";
import { blame, plan, setRates, tallySoFar } from "./chaos.ts";
import { faultyBucket } from "./faulty-bucket.ts";
import { checkRoom, faultyNamespace, faultyTransactions } from "./faulty-objects.ts";
import { durableOverflow, faultyQueue, isConsuming, parkedCount, requeue, throughQueue } from "./faulty-queues.ts";
import {
  PATHS,
  type Abortable,
  type JumpRequest,
  type Left,
  type LineFate,
  type Objects,
  type Rates,
} from "./seams.ts";

// Classes that are not below.
export * from "../../src/worker.ts";

moveDate();
advance(plan.ahead);

/** What the door asks of a shard; the first is of an earlier version. */
const APPENDS: ReadonlySet<string> = new Set(["append", "add", "addAll"]);

const faulty = (env: Env): Env => ({
  ...env,
  ARCHIVE: faultyBucket(env.ARCHIVE),
  EVENTS: faultyQueue(env.EVENTS),
  DELIVERIES: faultyQueue(env.DELIVERIES),
  EXPORT_TASKS: faultyQueue(env.EXPORT_TASKS),
  REPLAY_STEPS: faultyQueue(env.REPLAY_STEPS),
  OVERFLOW: durableOverflow(env),
  INTAKE: faultyNamespace(env.INTAKE, APPENDS),
  LEDGER: faultyNamespace(env.LEDGER),
  CATALOG: faultyNamespace(env.CATALOG),
  ARCHIVE_INDEX: faultyNamespace(env.ARCHIVE_INDEX),
  EXPORTS: faultyNamespace(env.EXPORTS),
  REPLAYS: faultyNamespace(env.REPLAYS),
});

/** Alarms that an earlier start has set may be due by the clock of this one. */
function tortured(ctx: DurableObjectState): DurableObjectState {
  moveAlarms(ctx.storage);
  faultyTransactions(ctx.storage);
  void ctx.blockConcurrencyWhile(async () => {
    if ((await ctx.storage.getAlarm()) !== null) await ctx.storage.setAlarm(Date.now());
  });
  return ctx;
}

/** What the test asks of an object. */
interface Controlled {
  advanced(ms: number): Promise<void>;
  abortNow(): Promise<void>;
}

type ObjectClass = new (ctx: DurableObjectState, env: Env) => object;
type ControlledClass<Class extends ObjectClass> = new (
  ctx: DurableObjectState,
  env: Env,
) => InstanceType<Class> & Controlled;

/** The same class on storage and among others that fail, with what the test asks of it. */
function underTest<const Class extends ObjectClass>(Real: Class): ControlledClass<Class> {
  const Tortured = class extends (Real as ObjectClass) implements Controlled {
    readonly #state: DurableObjectState;
    constructor(ctx: DurableObjectState, env: Env) {
      super(tortured(ctx), faulty(env));
      this.#state = ctx;
    }
    advanced(ms: number): Promise<void> {
      return advanceAlarm(this.#state.storage, ms);
    }
    async abortNow(): Promise<void> {
      this.#state.abort("torture");
    }
  };
  return Tortured as unknown as ControlledClass<Class>;
}

export class Intake extends underTest(RealIntake) {
  override async add(batch: Parameters<RealIntake["add"]>[0]): ReturnType<RealIntake["add"]> {
    checkRoom(this.ctx.storage);
    return super.add(batch);
  }
  override async addAll(batches: Parameters<RealIntake["addAll"]>[0]): ReturnType<RealIntake["addAll"]> {
    checkRoom(this.ctx.storage);
    return super.addAll(batches);
  }
  left(): { outbox: number; unconfirmed: number } {
    const count = (query: string) => this.ctx.storage.sql.exec<{ n: number }>(query).one().n;
    return {
      outbox: count(`SELECT COUNT(*) AS n FROM outbox WHERE ${WAITING}`),
      unconfirmed: count("SELECT COUNT(*) AS n FROM segments WHERE confirmed = 0"),
    };
  }
}
export class Ledger extends underTest(RealLedger) {
  /** Of each line: what became of it at the gate and at each subscription; nothing for a job that is not known. */
  async fates(key: string, count: number): Promise<LineFate[][]> {
    const lines = Array.from({ length: count }, (_, line) => this.lineTrace(key, line));
    return (await Promise.all(lines)).map((cells) =>
      cells.map(({ status, reason }) => (reason === undefined ? { status } : { status, reason })),
    );
  }
}
export class ArchiveIndex extends underTest(RealIndex) {
  /** Compactions under way, and objects that are still to be deleted. */
  upkeep(): number {
    const query = `SELECT (SELECT COUNT(*) FROM compactions WHERE state <> 'gone') + (SELECT COUNT(*) FROM removals) AS n`;
    return this.ctx.storage.sql.exec<{ n: number }>(query).one().n;
  }
}
export class Exports extends underTest(RealExports) {}
export class Replays extends underTest(RealReplays) {}
export class Catalog extends RealCatalog {
  constructor(ctx: DurableObjectState, env: Env) {
    super(tortured(ctx), faulty(env));
  }
}

const controlled = (env: Env, binding: Abortable, name: string): Controlled =>
  env[binding].getByName(name) as unknown as Controlled;

async function abort(env: Env, { binding, name }: { binding: Abortable; name: string }): Promise<void> {
  if (binding === "LEDGER") blame(name, "aborted");
  // It is gone before it can answer.
  await controlled(env, binding, name)
    .abortNow()
    .catch(() => undefined);
}

/** Whether time has passed. Forwards whatever waits for a time comes that much sooner; backwards alarms keep to the platform's clock. */
async function jump(env: Env, { ms, objects, gently }: JumpRequest): Promise<boolean> {
  if (gently && isConsuming()) return false;
  advance(ms);
  if (ms < 0) return true;
  const all = (Object.keys(objects) as Abortable[]).flatMap((binding) =>
    objects[binding].map((name) => controlled(env, binding, name).advanced(ms)),
  );
  await Promise.all(all);
  return true;
}

async function left(env: Env, { INTAKE, ARCHIVE_INDEX }: Pick<Objects, "INTAKE" | "ARCHIVE_INDEX">): Promise<Left> {
  const each = await Promise.all(INTAKE.map((name) => (env.INTAKE.getByName(name) as unknown as Intake).left()));
  const indexes = ARCHIVE_INDEX.map((name) => env.ARCHIVE_INDEX.getByName(name) as unknown as ArchiveIndex);
  const upkeep = await Promise.all(indexes.map((index) => index.upkeep()));
  return {
    upkeep: upkeep.reduce((sum, one) => sum + one, 0) + (isConsuming() ? 1 : 0),
    outbox: each.reduce((sum, one) => sum + one.outbox, 0),
    unconfirmed: each.reduce((sum, one) => sum + one.unconfirmed, 0),
    parked: await parkedCount(env),
  };
}

async function keys({ ARCHIVE }: Env, { prefix }: { prefix: string }): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page: R2Objects = await ARCHIVE.list({ prefix, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...page.objects.map(({ key }) => key));
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return found;
}

type Fates = { destinationId: string; segments: readonly { key: string; count: number }[] };

async function fates(env: Env, { destinationId, segments }: Fates): Promise<LineFate[][][]> {
  const ledger = env.LEDGER.getByName(`destination:${destinationId}`) as unknown as Ledger;
  return Promise.all(segments.map(({ key, count }) => ledger.fates(key, count)));
}

/** The test's own routes, all past the faults. */
async function control(pathname: string, request: Request, env: Env): Promise<unknown> {
  const given = await request.json<never>();
  switch (pathname) {
    case PATHS.rates:
      return setRates(given as Rates);
    case PATHS.tally:
      return tallySoFar();
    case PATHS.abort:
      return abort(env, given);
    case PATHS.jump:
      return jump(env, given);
    case PATHS.requeue:
      return requeue(env);
    case PATHS.left:
      return left(env, given);
    case PATHS.keys:
      return keys(env, given);
    case PATHS.listed:
      return env.ARCHIVE_INDEX.getByName((given as { sourceId: string }).sourceId).list(given);
    case PATHS.fates:
      return fates(env, given);
    default:
      throw new Error(`no such path: ${pathname}`);
  }
}

// The product builds what it needs once: all of its handlers must get the same.
let wrapped: Env | undefined;

export default {
  ...product,
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === PATHS.object) {
      const object = await env.ARCHIVE.get(searchParams.get("key") ?? "");
      return object === null ? new Response(null, { status: 404 }) : new Response(await object.arrayBuffer());
    }
    if (pathname.startsWith("/torture/")) return Response.json((await control(pathname, request, env)) ?? null);
    wrapped ??= faulty(env);
    return product.fetch(request, wrapped, ctx);
  },
  queue(batch, env) {
    const bindings = (wrapped ??= faulty(env));
    return throughQueue(batch, env, (given) => product.queue(given, bindings));
  },
} satisfies ExportedHandler<Env>;
