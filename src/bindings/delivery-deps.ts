import type { DeadLettersDeps } from "../../queues/dead-letters.ts";
import type { RoutingDeps } from "../../queues/events.ts";
import type { Directory } from "../core/catalog.ts";
import { intakeName } from "../core/intake.ts";
import type { TimeLimit } from "../destinations/attempt-lines.ts";
import type { DeliveryDeps } from "../destinations/deliver-job.ts";
import type { OutboundOptions } from "../destinations/outbound.ts";
import type { Settings } from "../env.ts";
import type { connectWarehouse } from "../warehouse/load/connect.ts";
import { catalogOf } from "./catalog.ts";
import { writeJson, writeLines } from "./archive.ts";
import { isRemoved, readSegment } from "./archive-reader.ts";
import { hmacSha1Hex } from "./hmac-sha1.ts";
import type { OwnHosts } from "./own-hosts.ts";
import { createPutObject } from "./object-store.ts";
import { sampleHash } from "./sample-hash.ts";

/** Unlike AbortSignal.timeout it can be called off, so an answered request leaves no timer behind. */
export function timeLimit(ms: number): TimeLimit {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new DOMException("time is up", "TimeoutError")), ms);
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}

/**
 * The directory as it stands at each call. Routing must not work from an old copy, as collecting may: a destination
 * connected a moment ago would silently miss events. Asking costs one small call, and no data when nothing changed.
 */
function currentDirectory(env: Env): () => Promise<Directory> {
  let copy: Directory | undefined;
  return async () => {
    // What was asked about: by the time of the answer a slower one, older than both, may have replaced the copy.
    const held = copy;
    const answer = await env.CATALOG.getByName("workspace").directory(held?.version);
    if (answer !== "unchanged") copy = answer;
    const current = answer === "unchanged" ? held : answer;
    if (current === undefined) throw new Error("the catalog gave no directory");
    return current;
  };
}

export function createRoutingDeps(env: Env): RoutingDeps {
  const directory = currentDirectory(env);
  return {
    async destinationsOf(sourceId) {
      const { destinations } = await directory();
      return destinations.filter((destination) => destination.sourceIds.includes(sourceId));
    },
    openJob: (opening) => env.LEDGER.getByName(`destination:${opening.destinationId}`).open(opening),
    addToArchive: (pointer) => env.ARCHIVE_INDEX.getByName(pointer.sourceId).add(pointer),
    confirm: ({ sourceId, shard, segment }) => env.INTAKE.getByName(intakeName(sourceId, shard)).confirm(segment),
  };
}

/** Whether the platform says that the same call may work when it is made again (Durable Objects' error properties). */
const mayRepeat = (error: unknown): boolean =>
  error instanceof Error && "retryable" in error && error.retryable === true && !("overloaded" in error);

/** What bindings may not import: the catalogue of src/destinations, its guard, and the way into warehouses. */
export interface Workshop {
  readonly findDestination: DeliveryDeps["findDestination"];
  createGuardedFetch(options: OutboundOptions): OutboundOptions["fetch"];
  readonly connectWarehouse: typeof connectWarehouse;
  checkHost(host: string, port: number, options: Pick<OutboundOptions, "isOwnHost" | "allowPrivate">): Promise<string>;
}

export function createDeliveryDeps(
  env: Env,
  settings: Settings,
  workshop: Pick<Workshop, "findDestination" | "createGuardedFetch">,
  hosts: OwnHosts,
): DeliveryDeps {
  const guardedFetch = workshop.createGuardedFetch({
    fetch: (url, init) => fetch(url, init),
    isOwnHost: (host, anyPort) => hosts.has(host, anyPort),
    allowPrivate: settings.INLET_ALLOW_PRIVATE_HOSTS,
  });
  const ledger = (destinationId: string) => env.LEDGER.getByName(`destination:${destinationId}`);
  return {
    openDestination: (id) => catalogOf(env).openDestination(id),
    findDestination: workshop.findDestination,
    saveTokens: (destinationId, tokens) => catalogOf(env).saveTokens(destinationId, tokens),
    claim: (destinationId, request) => ledger(destinationId).claim(request),
    // What was sent and is not booked is sent twice, so one failure of the platform is not taken for an answer.
    settle: async (destinationId, settlement) => {
      try {
        return await ledger(destinationId).settle(settlement);
      } catch (error) {
        if (!mayRepeat(error)) throw error;
        return await ledger(destinationId).settle(settlement);
      }
    },
    readSegment: (key) => readSegment(env, key),
    isRemoved: (key) => isRemoved(env, key),
    writeDeadLetters: (key, letters) => writeLines(env.ARCHIVE, key, letters),
    timeLimit,
    chance: { random: () => Math.random(), hash: sampleHash },
    tools: { fetch: guardedFetch, hmacSha1Hex, now: () => Date.now(), putObject: createPutObject(env) },
  };
}

export const createDeadLettersDeps = (env: Env): DeadLettersDeps => ({
  writeJson: (key, text) => writeJson(env.ARCHIVE, key, text),
  note: (queue, count) => env.LEDGER.getByName("workspace").count(Date.now(), { [`dead_message:${queue}`]: count }),
});
