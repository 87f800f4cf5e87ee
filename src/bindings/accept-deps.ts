import type { AcceptDeps } from "../collect/accept.ts";
import { intakeName } from "../core/intake.ts";
import { appendDurably } from "./append.ts";
import type { DirectoryCache } from "./directory.ts";

/** Supplies what accepting a call needs from this Worker's bindings. */
export function createAcceptDeps(env: Env, directory: DirectoryCache): AcceptDeps {
  const reload = async (sourceId: string) => (await directory.reload(sourceId))?.route;
  return {
    findSource: (writeKeys) => directory.findSource(writeKeys),
    async withinRate(source) {
      const { rateLimit } = source.settings;
      if (rateLimit === "off") return true;
      return (await env[`RATE_${rateLimit}`].limit({ key: source.id })).success;
    },
    append: (source, events, receivedAt) => appendDurably(env, source, events, receivedAt, reload),
    observe: (observation) => env.INTAKE.getByName(intakeName(observation.sourceId, 0)).observe(observation),
    countUnknown: (reason, count, at) => env.LEDGER.getByName("workspace").count(at, { [`refused:${reason}`]: count }),
    now: () => Date.now(),
    newMessageId: () => crypto.randomUUID(),
  };
}
