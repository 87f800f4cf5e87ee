import type { FoundEvent } from "../api/deps.ts";
import type { SourceView } from "../core/catalog.ts";
import { intakeName, shardOf, TOLD_TIMES, type Duplicates, type LookupResult } from "../core/intake.ts";
import { isJsonObject, parseJson, type JsonObject } from "../core/json.ts";
import { selectLines } from "../core/segment-lines.ts";
import { isRemoved, readSegment } from "./archive-reader.ts";

/** The shards that may know the id: the one that holds it now and, for one dedup window, the one that did before. */
function shardsOf({ previous, settings }: SourceView, messageId: string, now: number): number[] {
  const layouts = [settings.shards, ...(previous !== undefined && previous.until > now ? [previous.shards] : [])];
  return [...new Set(layouts.map((shards) => shardOf(messageId, shards)))];
}

const together = (all: readonly Duplicates[]): Duplicates => ({
  count: all.reduce((sum, { count }) => sum + count, 0),
  atLeast: all.some(({ atLeast }) => atLeast),
  times: all
    .flatMap(({ times }) => times)
    .toSorted((a, b) => a - b)
    .slice(-TOLD_TIMES),
});

/**
 * Where the source keeps a messageId, null when none of its shards knows it; the first sight counts. Rejects when a
 * shard that may hold it cannot be asked and no other does.
 */
export async function lookUp(
  env: Pick<Env, "INTAKE">,
  source: SourceView,
  messageId: string,
  now: number,
): Promise<LookupResult | null> {
  const intakes = shardsOf(source, messageId, now).map((shard) => env.INTAKE.getByName(intakeName(source.id, shard)));
  const answers = await Promise.allSettled(intakes.map((intake) => intake.lookup(messageId)));
  const found = answers
    .flatMap((answer) => (answer.status === "fulfilled" && answer.value !== null ? [answer.value] : []))
    .toSorted((a, b) => a.firstSeenAt - b.firstSeenAt)[0];
  const failed = answers.find((answer) => answer.status === "rejected");
  if (found === undefined && failed !== undefined) throw failed.reason;
  if (found === undefined || intakes.length === 1) return found ?? null;
  return { ...found, duplicates: together(await Promise.all(intakes.map((intake) => intake.duplicates(messageId)))) };
}

/** The line itself; undefined when the archive lacks it (retention or a lifecycle rule may have deleted its segment). */
export async function readEvent(
  env: Pick<Env, "ARCHIVE" | "ARCHIVE_INDEX">,
  { stored, segment, line, text }: LookupResult,
): Promise<JsonObject | undefined> {
  if (!stored) return objectIn(text);
  const lines = await readSegment(env, segment);
  if (lines === null) return undefined;
  for await (const selected of selectLines(lines, [line])) return objectIn(selected.text);
  return undefined;
}

/** Why an event that was stored cannot be read, in a sentence. */
export const whyMissing = async (env: Pick<Env, "ARCHIVE_INDEX">, { segment }: LookupResult): Promise<string> =>
  (await isRemoved(env, segment))
    ? "Retention has ended its time in the archive, so it was deleted there."
    : "The archive does not hold this line any more.";

function objectIn(text: string | undefined): JsonObject | undefined {
  const parsed = text === undefined ? undefined : parseJson(text);
  return parsed?.ok && isJsonObject(parsed.value) ? parsed.value : undefined;
}

/** Both in one: what the control plane shows of an id. */
export async function findEvent(
  env: Pick<Env, "INTAKE" | "ARCHIVE" | "ARCHIVE_INDEX">,
  source: SourceView,
  messageId: string,
  now: number,
): Promise<FoundEvent | null> {
  const found = await lookUp(env, source, messageId, now);
  if (found === null) return null;
  const event = await readEvent(env, found);
  return { ...found, ...(event === undefined ? { eventMissing: await whyMissing(env, found) } : { event }) };
}
