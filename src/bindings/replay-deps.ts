import type { ReplayDeps } from "../../queues/replays.ts";
import type { ReplayDesk } from "../api/deps.ts";
import { catalogOf } from "./catalog.ts";
import { sampleHash } from "./sample-hash.ts";
import { createSegmentReader } from "./segment-reader.ts";

const replaysOf = (env: Env) => env.REPLAYS.getByName("workspace");

/** What the consumer of REPLAY_STEPS needs. */
export function createReplayDeps(env: Env): ReplayDeps {
  const replays = () => replaysOf(env);
  return {
    claim: (step) => replays().claim(step),
    checked: (result) => replays().checked(result),
    loaded: (result) => replays().loaded(result),
    failed: (step, token, error) => replays().failed(step, token, error),
    listSegments: (sourceId, query) => env.ARCHIVE_INDEX.getByName(sourceId).list(query),
    fetchSegment: createSegmentReader(env),
    openDestination: (id) => catalogOf(env).openDestination(id),
    outcomesOf: (destinationId, key) => env.LEDGER.getByName(`destination:${destinationId}`).outcomesOf(key),
    chance: { random: () => Math.random(), hash: sampleHash },
    now: () => Date.now(),
  };
}

/** The replays for the control plane. */
export function createReplayDesk(env: Env): ReplayDesk {
  const replays = () => replaysOf(env);
  return {
    create: (request, drainMs) => replays().create(request, drainMs),
    get: (id) => replays().get(id),
    list: (query) => replays().list(query),
    act: (id, action) => replays().act(id, action),
  };
}
