// The product with a clock that a test can advance: hours pass for events, retries and pauses, not for the test.
import product, { Intake as RealIntake, Ledger as RealLedger } from "../../src/worker.ts";
import { ASKED_URL, CLOCK_PATH } from "./entry.ts";
import { advance, advanceAlarm, moveAlarms, moveDate } from "./clock.ts";

export { ArchiveIndex, Catalog, Debugger, Exports, Preferences, Replays, Watch } from "../../src/worker.ts";

moveDate();
tellUrls();

/** The server that plays the vendors sees a host and a path only: the whole address goes along as a header. */
function tellUrls(): void {
  const real = globalThis.fetch;
  globalThis.fetch = (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    request.headers.set(ASKED_URL, request.url);
    return real(request);
  };
}

/** Every object with alarms that has run so far. */
const ledgers = new Set<string>();
const intakes = new Set<string>();

export class Ledger extends RealLedger {
  constructor(ctx: DurableObjectState, env: Env) {
    moveAlarms(ctx.storage);
    super(ctx, env);
    ledgers.add(ctx.id.name ?? "");
  }
  advanced(ms: number): Promise<void> {
    return advanceAlarm(this.ctx.storage, ms);
  }
}

export class Intake extends RealIntake {
  constructor(ctx: DurableObjectState, env: Env) {
    moveAlarms(ctx.storage);
    super(ctx, env);
    intakes.add(ctx.id.name ?? "");
  }
  advanced(ms: number): Promise<void> {
    return advanceAlarm(this.ctx.storage, ms);
  }
}

interface Waiting {
  advanced(ms: number): Promise<void>;
}

async function advanceAll(ms: number, env: Env): Promise<Response> {
  advance(ms);
  const objects = [
    ...[...ledgers].map((name) => env.LEDGER.getByName(name) as unknown as Waiting),
    ...[...intakes].map((name) => env.INTAKE.getByName(name) as unknown as Waiting),
  ];
  await Promise.all(objects.map((object) => object.advanced(ms)));
  return Response.json({ now: new Date().toISOString() });
}

export default {
  ...product,
  fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === CLOCK_PATH) return advanceAll(Number(searchParams.get("advance")), env);
    return product.fetch(request, env, ctx);
  },
} satisfies ExportedHandler<Env>;
