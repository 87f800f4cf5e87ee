import { parseJson } from "../core/json.ts";
import { Manifest, type HourClaim, type Progress, type Publication, type PublishedTable } from "../core/exports.ts";
import { manifestKey } from "../core/warehouse/keys.ts";
import { mustHold, RunFailure, type HourDeps } from "./hour-deps.ts";
import { HourRun } from "./hour-run.ts";
import { inRounds } from "./rounds.ts";
import { sharesIds } from "./seen-ids.ts";
import { logError } from "../log/log.ts";

const MANIFESTS_AT_ONCE = 6;

/** `paused`: the next message goes on. `lost`: somebody else has the run. */
export type HourOutcome = "nothing_due" | "paused" | "published" | "failed" | "lost";

/** What is no manifest of ours counts as older: else its hour could never be finished, nor any that waits for it. */
function isOlder(present: string, version: number): boolean {
  const parsed = parseJson(present);
  const known = Manifest.safeParse(parsed.ok ? parsed.value : undefined);
  return !known.success || known.data.version < version;
}

/** Writes one manifest for each table: from then on readers see the new version of the hour. */
async function writeManifests(publication: Publication, deps: HourDeps): Promise<void> {
  const { schema, hour, version, seq, publishedAt } = publication;
  const write = async ({ table, columns, files, rows }: PublishedTable): Promise<void> => {
    const manifest: Manifest = { schema, table, hour, version, seq, publishedAt, columns, files, rows };
    const key = manifestKey(schema, table, hour);
    await deps.putNewer(key, JSON.stringify(manifest), (present) => isOlder(present, version));
  };
  await inRounds(publication.tables, MANIFESTS_AT_ONCE, write, () => deps.rest());
}

async function finishPublication(claim: HourClaim, publication: Publication, deps: HourDeps): Promise<HourOutcome> {
  await writeManifests(publication, deps);
  mustHold(await deps.exports.published(claim.token));
  return "published";
}

/**
 * Hours after it that have one of its ids and were published without knowing of it. As long as the archive has no more
 * of the hour than its version before, there can be none.
 */
async function hoursToRepeat(
  claim: HourClaim,
  run: HourRun,
  { segments }: Progress,
  deps: HourDeps,
): Promise<number[]> {
  if (segments === claim.publishedSegments) return [];
  const again: number[] = [];
  for (const { hour, ids } of claim.idsAfter) {
    if (await sharesIds(deps.open, run.files.ids, ids)) again.push(hour);
  }
  return again;
}

async function work(claim: HourClaim, deps: HourDeps): Promise<HourOutcome> {
  const { exports, now, limits } = deps;
  const until = now() + limits.stepMs;
  const listed = await deps.segments(claim.hour);
  if (listed.segments.length < claim.publishedSegments) {
    throw new RunFailure(
      "final",
      "the archive does not hold all events of this hour any more: its files stay as they are",
    );
  }
  const run = new HourRun(claim, listed, deps);
  while (!run.isDone) {
    await run.step();
    if (run.isDone || now() < until) continue;
    mustHold(await exports.checkpoint(claim.token, await run.finish()));
    return "paused";
  }
  const progress = await run.finish();
  const again = await hoursToRepeat(claim, run, progress, deps);
  const result = await exports.publishing(claim.token, { progress, again });
  mustHold(result);
  return result.status === "held" ? finishPublication(claim, result.publication, deps) : "published";
}

/**
 * Works on the source's hour whose turn it is: its segments become rows, the rows files, and when all are written their
 * manifests. May end at any point and be called again: what is checked in is not done twice, what is not is done anew.
 * Memory is bounded whatever the hour holds. An hour that cannot be read as a whole is not published.
 */
export async function exportHour(deps: HourDeps): Promise<HourOutcome> {
  const claim = await deps.exports.claimHour();
  if (claim.status === "nothing_due") return "nothing_due";
  const stop = deps.heartbeat(() => deps.exports.renewHour(claim.token));
  try {
    const { publication } = claim;
    return await (publication === undefined ? work(claim, deps) : finishPublication(claim, publication, deps));
  } catch (error) {
    const kind = error instanceof RunFailure ? error.kind : "failed";
    if (kind === "lost") return "lost";
    const message = error instanceof Error ? error.message : String(error);
    logError("export_hour_failed", { sourceId: claim.sourceId, hour: new Date(claim.hour).toISOString() }, error);
    await deps.exports.failHour(claim.token, message, kind === "final");
    return "failed";
  } finally {
    stop();
  }
}
