import type { ExportDeps } from "../../queues/exports.ts";
import { EXPORTS } from "../core/export-times.ts";
import type { Settings } from "../env.ts";
import type { FollowerDesk } from "../warehouse/followers.ts";
import type { HourDesk } from "../warehouse/hour-deps.ts";
import type { LoadDeps } from "../warehouse/load/follow.ts";
import type { SnapshotStore } from "../warehouse/snapshot-state.ts";
import { createCompactionDeps } from "./compaction.ts";
import { createIcebergDeps } from "./iceberg.ts";
import { createSegmentReader } from "./segment-reader.ts";
import { ObjectCache } from "./object-cache.ts";
import { putNewer } from "./put-newer.ts";
import { atPace } from "./r2-pace.ts";
import { createTurns, heartbeat } from "./turns.ts";

/** A stub belongs to the request that made it, so each call takes its own. */
function hourDesk(env: Env, sourceId: string): HourDesk {
  const desk = () => env.EXPORTS.getByName(sourceId);
  return {
    claimHour: () => desk().claimHour(),
    renewHour: (token) => desk().renewHour(token),
    writing: (token, keys, n) => desk().writing(token, keys, n),
    checkpoint: (token, progress) => desk().checkpoint(token, progress),
    failHour: (token, error, final) => desk().failHour(token, error, final),
    publishing: (token, request) => desk().publishing(token, request),
    published: (token) => desk().published(token),
  };
}

function followerDesk(env: Env, sourceId: string): FollowerDesk {
  const desk = () => env.EXPORTS.getByName(sourceId);
  return {
    claimFollower: (name) => desk().claimFollower(name),
    renewFollower: (name, token) => desk().renewFollower(name, token),
    finishFollower: (name, token, result) => desk().finishFollower(name, token, result),
  };
}

/** R2 looks and writes in one step. */
function condition(ifMatch: string | null | undefined): R2PutOptions {
  if (ifMatch === undefined) return {};
  return { onlyIf: ifMatch === null ? new Headers({ "If-None-Match": "*" }) : { etagMatches: ifMatch } };
}

const snapshotStore = (bucket: R2Bucket): SnapshotStore => ({
  async get(key) {
    const object = await bucket.get(key);
    return object === null ? null : { bytes: new Uint8Array(await object.arrayBuffer()), etag: object.etag };
  },
  async put(key, bytes, ifMatch) {
    const written = await atPace((): Promise<R2Object | null> => bucket.put(key, bytes, condition(ifMatch)));
    return written?.etag ?? null;
  },
});

/** Lists of ids, which hour after hour asks for: of a week with 4,000 events an hour. */
const ID_LISTS = { bytes: 12 * 1024 * 1024, objectBytes: 256 * 1024 };

/**
 * Supplies what the consumer of the exports queue needs.
 * @param loads what loading needs: it goes out by code that this room may not import
 */
export function createExportDeps(env: Env, settings: Settings, loads: LoadDeps): ExportDeps {
  const bucket = env.ARCHIVE;
  const ids = new ObjectCache(bucket, ID_LISTS);
  const now = () => Date.now();
  const beat = (renew: () => Promise<unknown>) => heartbeat(EXPORTS.beatMs, renew);
  return {
    compaction: createCompactionDeps(env),
    hours: (sourceId) => ({
      exports: hourDesk(env, sourceId),
      segments: (hour) => env.ARCHIVE_INDEX.getByName(sourceId).hour(hour),
      readSegment: createSegmentReader(env),
      async put(key, bytes, contentType) {
        await atPace(() => bucket.put(key, bytes, { httpMetadata: { contentType } }));
      },
      putNewer: (key, json, isOlder) => putNewer(bucket, key, json, isOlder),
      open: (key) => ids.open(key),
      heartbeat: beat,
      rest: () => scheduler.wait(1),
      now,
      limits: EXPORTS,
    }),
    followers: (sourceId) => ({
      exports: followerDesk(env, sourceId),
      snapshots: snapshotStore(bucket),
      loads,
      iceberg: createIcebergDeps(bucket, settings.INLET_ICEBERG_BASE, now),
      heartbeat: beat,
    }),
    inTurn: createTurns(now),
    now,
  };
}
