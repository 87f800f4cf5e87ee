// The counting Worker with a clock that the bench moves: a day of traffic in minutes, each operation counted.
import { clockNow, holdAlarms, passUntil, realSleep, ring, startClock } from "./free-plan-clock.ts";
import counting, * as counted from "./counting-worker.ts";
import { underWay } from "./counting.ts";

export { Preferences } from "./counting-worker.ts";

type ObjectClass = new (
  ctx: DurableObjectState,
  env: Env,
) => { readonly ctx: DurableObjectState; alarm?(): Promise<void> };

/** Alarms that were told to go off and have not begun. */
const ringing = new Set<string>();

const onClock = <T extends ObjectClass>(namespace: string, Counted: T) =>
  class extends (Counted as ObjectClass) {
    constructor(ctx: DurableObjectState, env: Env) {
      super(holdAlarms(namespace, ctx), env);
    }
    letAlarmGoOff(): Promise<void> {
      ringing.add(this.ctx.id.toString());
      return ring(this.ctx.storage);
    }
    override async alarm(): Promise<void> {
      ringing.delete(this.ctx.id.toString());
      await super.alarm?.();
    }
  } as unknown as T;

export const ArchiveIndex = onClock("ARCHIVE_INDEX", counted.ArchiveIndex as never);
export const Catalog = onClock("CATALOG", counted.Catalog as never);
export const Debugger = onClock("DEBUGGER", counted.Debugger as never);
export const Exports = onClock("EXPORTS", counted.Exports as never);
export const Intake = onClock("INTAKE", counted.Intake as never);
export const Ledger = onClock("LEDGER", counted.Ledger as never);
export const Replays = onClock("REPLAYS", counted.Replays as never);
export const Watch = onClock("WATCH", counted.Watch as never);

interface Waiting {
  letAlarmGoOff(): Promise<void>;
}

/** Of one stretch of time: more is an object that never comes to rest. */
const MOST_ALARMS = 10_000;
/** Longer than anything takes that does not wait for the clock. */
const LIMIT_MS = 10_000;

async function untilIdle(due: { readonly namespace: string }): Promise<void> {
  for (let waited = 0; ringing.size > 0 || underWay().length > 0; waited += 2) {
    if (waited > LIMIT_MS)
      throw new Error(`what ${due.namespace}'s alarm began does not end: ${underWay().join(", ")}`);
    await realSleep(2);
  }
}

/** Moves the clock on to `until` (ms) from alarm to alarm, and waits for what each begins; how many went off. */
async function passTo(until: number, env: Env): Promise<Response> {
  let rung = 0;
  for (let due = passUntil(until); due !== undefined; due = passUntil(until)) {
    const objects = env[due.namespace as "LEDGER"];
    await (objects.get(objects.idFromString(due.id)) as unknown as Waiting).letAlarmGoOff();
    await untilIdle(due);
    if (++rung > MOST_ALARMS) throw new Error(`${due.namespace} sets its alarm again and again`);
  }
  return Response.json({ now: clockNow(), rung });
}

export default {
  async fetch(request, env, ctx) {
    startClock();
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/__bench/pass") return passTo(Number(searchParams.get("until")), env);
    return counting.fetch(request, env, ctx);
  },
  queue: (batch, env) => counting.queue(batch, env),
} satisfies ExportedHandler<Env>;
