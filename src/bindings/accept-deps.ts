import type { AcceptDeps } from "../collect/accept.ts";
import { intakeName } from "../core/intake.ts";
import { LIMITS } from "../core/limits.ts";
import type { Observation } from "../core/sample.ts";
import { addTogether, appendDurably } from "./append.ts";
import { Coalescer, mergeObservations } from "./coalesce.ts";
import type { DirectoryCache } from "./directory.ts";

/** A request counts as one for each so many events, the most that SDKs send in one: 400 bytes can hold 2,500. */
const EVENTS_A_REQUEST = 100;

/** Supplies what accepting a call needs from this Worker's bindings. @param outlive `waitUntil` of the current request */
export function createAcceptDeps(
  env: Env,
  directory: DirectoryCache,
  outlive: (work: Promise<void>) => void,
): AcceptDeps {
  const reload = async (sourceId: string) => (await directory.reload(sourceId))?.route;
  const add = addTogether(env, outlive);
  const now = () => Date.now();
  const paced = { merge: mergeObservations, now, sleep: (ms: number) => scheduler.wait(ms) };
  const refusals = new Coalescer<Observation>({
    ...paced,
    send: (sourceId, observation) => env.INTAKE.getByName(intakeName(sourceId, 0)).observe(observation),
  });
  const unknown = new Coalescer<Observation>({
    ...paced,
    send: (ledger, { at, counts }) => env.LEDGER.getByName(ledger).count(at, counts),
  });
  return {
    findSource: (writeKeys) => directory.findSource(writeKeys),
    async withinRate({ id, settings: { rateLimit } }, events) {
      if (rateLimit === "off") return true;
      for (let due = Math.min(events, LIMITS.batchItems); ; due -= EVENTS_A_REQUEST) {
        if (!(await env[`RATE_${rateLimit}`].limit({ key: id })).success) return false;
        if (due <= EVENTS_A_REQUEST) return true;
      }
    },
    append: (source, events, receivedAt) => appendDurably(add, env, source, events, receivedAt, reload),
    observe: (observation) => refusals.tell(observation.sourceId, observation),
    countUnknown: (reason, count, at) =>
      unknown.tell("workspace", { sourceId: "", at, counts: { [`refused:${reason}`]: count }, samples: [] }),
    now,
    newMessageId: () => crypto.randomUUID(),
  };
}
