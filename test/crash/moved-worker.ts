// The product at a later hour, with a bucket that may fail or hang: each start of the process has its own plan.
import type { DurableObject } from "cloudflare:workers";
import product, {
  ArchiveIndex as RealIndex,
  Catalog as RealCatalog,
  Exports as RealExports,
  Intake as RealIntake,
  Ledger as RealLedger,
  Replays as RealReplays,
} from "../../src/worker.ts";
import { advance, advanceAlarm, moveAlarms, moveDate } from "../acceptance/clock.ts";
import type { ReplayOpening } from "../../src/core/replay-ledger.ts";
import { seededRandom } from "../support/random.ts";
import {
  LET_GO_PATH,
  LOOK_PATH,
  PASS_PATH,
  PLAN,
  STALL_PATH,
  WORK_PATH,
  type Looked,
  type Passed,
  type Plan,
  type Stall,
} from "./moved-plan.ts";

export { Debugger, Preferences, Watch } from "../../src/worker.ts";

const { ahead, seed, fail, hang, ...plan } = Reflect.get(globalThis, PLAN) as Plan;
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

const realInterval = globalThis.setInterval;
globalThis.setInterval = ((beat: () => void, ms: number) => {
  const born = life;
  return realInterval(() => {
    if (born === life) beat();
  }, ms);
}) as typeof setInterval;

const FAULTY: ReadonlySet<string | symbol> = new Set(["get", "put", "head", "list", "delete"]);
const never = () => new Promise<never>((_, reject) => setTimeout(() => reject(new Error("gone")), 86_400_000));

let stall: Stall | undefined = plan.stall;
let calls = 0;
let stalled = false;
/** Those before this one go on: each stall has a number. */
let letGo = 0;
let stalls = 0;
/** Timers of before are those of consumers that the platform has ended. */
let life = 0;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Whether it is the one that is not answered. */
function isStalled(name: string, [key]: readonly unknown[]): boolean {
  if (name !== stall?.call || !String(key).includes(stall.key) || ++calls !== stall.nth) return false;
  stalled = true;
  return true;
}

const isHeld = (number: number): boolean => number >= letGo;

/** Another request lets it go, so it looks for itself: no promise is shared between requests. */
async function throughStall(call: () => Promise<unknown>): Promise<unknown> {
  const isDone = stall?.isDone === true;
  const own = stalls;
  const early = isDone ? await call() : undefined;
  while (isHeld(own)) await sleep(50);
  return isDone ? early : call();
}

/** Calls fail before or after R2 did what was asked, or are never answered. */
async function throughFaults(name: string, call: () => Promise<unknown>): Promise<unknown> {
  const drawn = random.next();
  if (drawn < hang) return never();
  if (drawn >= hang + fail) return call();
  if (random.next() < 0.5) throw new Error(`${name}: R2 failed`);
  await call();
  throw new Error(`${name}: R2's answer got lost`);
}

function faulty(bucket: R2Bucket): R2Bucket {
  return new Proxy(bucket, {
    get(target, name) {
      const method = Reflect.get(target, name) as (...given: unknown[]) => Promise<unknown>;
      if (!FAULTY.has(name)) return typeof method === "function" ? method.bind(target) : method;
      return async (...given: unknown[]) => {
        const call = () => Reflect.apply(method, target, given);
        return isStalled(String(name), given) ? throughStall(call) : throughFaults(String(name), call);
      };
    },
  });
}

type Ledgers = Env["LEDGER"];

/** What is handed over to it may stall, as R2 may. */
const stalling = (ledger: ReturnType<Ledgers["getByName"]>): typeof ledger =>
  new Proxy(ledger, {
    get(target, name) {
      if (name !== "openReplay") return Reflect.get(target, name) as unknown;
      return async (opening: ReplayOpening) => {
        const call = async () => target.openReplay(opening);
        return isStalled(name, [opening.key]) ? throughStall(call) : call();
      };
    },
  });

const withStalls = (ledgers: Ledgers): Ledgers =>
  new Proxy(ledgers, {
    get(target, name) {
      if (name === "getByName") return (given: string) => stalling(target.getByName(given));
      const found = Reflect.get(target, name) as unknown;
      return typeof found === "function" ? (found.bind(target) as unknown) : found;
    },
  });

/** One proxy for each handler and object: what it wraps is theirs. */
const withFaults = (env: Env): Env => ({ ...env, ARCHIVE: faulty(env.ARCHIVE), LEDGER: withStalls(env.LEDGER) });

/** Objects that have run in this process: time passes for them within it. */
const awake = new Map<Binding, Set<string>>();

interface Waiting {
  advanced(ms: number): Promise<void>;
}

/** Consumers that are at work, those that hang included. */
let busy = 0;

/** More time passes than a consumer lives; or, when `idle`, none lives. */
async function pass(ms: number, idle: boolean, env: Env): Promise<Passed> {
  if (idle && busy > 0) return { passed: false };
  advance(ms);
  if (!idle) life++;
  for (const [binding, ids] of awake) {
    const objects = env[binding];
    for (const id of ids) await (objects.get(objects.idFromString(id)) as unknown as Waiting).advanced(ms);
  }
  return { passed: true };
}

type Binding = "ARCHIVE_INDEX" | "CATALOG" | "EXPORTS" | "INTAKE" | "LEDGER" | "REPLAYS";
type ObjectClass = new (ctx: DurableObjectState, env: Env) => DurableObject<Env>;

const moved = (binding: Binding, Real: ObjectClass) =>
  class extends Real {
    constructor(ctx: DurableObjectState, env: Env) {
      super(atOnce(ctx), withFaults(env));
      awake.set(binding, (awake.get(binding) ?? new Set()).add(ctx.id.toString()));
    }
    advanced(ms: number): Promise<void> {
      return advanceAlarm(this.ctx.storage, ms);
    }
  };

export const ArchiveIndex = moved("ARCHIVE_INDEX", RealIndex);
export const Catalog = moved("CATALOG", RealCatalog);
export const Exports = moved("EXPORTS", RealExports);
export const Intake = moved("INTAKE", RealIntake);
export const Ledger = moved("LEDGER", RealLedger);
export const Replays = moved("REPLAYS", RealReplays);

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

/** What messages of the queue do: the simulated one hands out none while a consumer hangs. */
async function work(sourceId: string, env: Env): Promise<void> {
  const nothing = () => undefined;
  const tasks = [{ task: "hour" }, ...["snapshot", "iceberg"].map((follower) => ({ task: "follower", follower }))];
  for (const task of tasks) {
    const message = { id: "1", timestamp: new Date(), attempts: 1, body: { sourceId, ...task }, ack: nothing };
    const batch = { queue: "inlet-exports", messages: [message], ackAll: nothing, retryAll: nothing };
    await product.queue(batch as unknown as MessageBatch, wrapped(env));
  }
}

async function control(request: Request, env: Env): Promise<Response | undefined> {
  const { pathname, searchParams } = new URL(request.url);
  switch (pathname) {
    case LOOK_PATH:
      return Response.json(await look(env));
    case STALL_PATH:
      stall = await request.json<Stall>();
      [calls, stalled] = [0, false];
      stalls++;
      return new Response("ok");
    case PASS_PATH:
      return Response.json(await pass(Number(searchParams.get("ahead")), searchParams.has("idle"), env));
    case LET_GO_PATH:
      letGo = stalls + 1;
      return new Response("ok");
    case WORK_PATH:
      await work(searchParams.get("sourceId") ?? "", env);
      return new Response("ok");
    default:
      return undefined;
  }
}

export default {
  ...product,
  async fetch(request, env, ctx) {
    return (await control(request, env)) ?? product.fetch(request, wrapped(env), ctx);
  },
  async queue(batch, env) {
    busy++;
    try {
      await product.queue(batch, wrapped(env));
    } finally {
      busy--;
    }
  },
} satisfies ExportedHandler<Env>;
