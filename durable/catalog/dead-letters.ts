import { DAY_MS, HOUR_MS } from "../../src/core/durations.ts";
import { expiredDaysBefore } from "../../src/core/retention.ts";
import type { Room } from "./room.ts";
import { logError } from "../../src/log/log.ts";

/** Folders (destinations, queues) gone through in one run of the alarm. */
const FOLDERS_PER_RUN = 100;
/** Between two runs of one going-through, and after a failure. */
const SOON_MS = 10_000;
const FAILED_MS = HOUR_MS;

const ROOT = "dead-letters/";
/** Holds folders of queues where the others hold days. */
const QUEUES = `${ROOT}queues/`;
/** Comes after everything in a folder: digits and letters are smaller. */
const END = "~";

type Bucket = Pick<R2Bucket, "list" | "delete">;

async function foldersIn(archive: Bucket, prefix: string, after?: string): Promise<string[]> {
  const folders: string[] = [];
  let startAfter = after;
  for (;;) {
    const page = await archive.list({ prefix, delimiter: "/", ...(startAfter === undefined ? {} : { startAfter }) });
    folders.push(...page.delimitedPrefixes);
    const last = page.delimitedPrefixes.at(-1);
    if (!page.truncated || last === undefined) return folders;
    startAfter = `${last}${END}`;
  }
}

/** Deletes what lies in day folders before `day`. */
async function emptyDays(archive: Bucket, folder: string, day: number): Promise<void> {
  for (const ofDay of await foldersIn(archive, folder)) {
    if (!(Number(ofDay.slice(folder.length, -1)) < day)) continue;
    for (;;) {
      const { objects } = await archive.list({ prefix: ofDay });
      if (objects.length === 0) break;
      await archive.delete(objects.map(({ key }) => key));
    }
  }
}

/** Goes through some folders; true when there are more. How far it is outlasts a restart. */
async function sweep({ store }: Room, archive: Bucket, day: number): Promise<boolean> {
  const after = store.meta("lettersSweptTo") ?? "";
  const folders = await foldersIn(archive, ROOT, after === "" ? undefined : `${after}${END}`);
  const some = folders.slice(0, FOLDERS_PER_RUN);
  for (const folder of some) {
    const within = folder === QUEUES ? await foldersIn(archive, folder) : [folder];
    for (const each of within) await emptyDays(archive, each, day);
    store.putMeta("lettersSweptTo", folder);
  }
  if (some.length < folders.length) return true;
  store.putMeta("lettersSweptTo", "");
  return false;
}

/**
 * Ends dead letters that are older than the workspace keeps events, by the day: those of destinations that are gone as
 * well, so it is no ledger's business. Once a day; an alarm and no cron trigger, because those do not run locally.
 * Answers when it is to be called again.
 */
export async function endDeadLetters(room: Room, archive: Bucket): Promise<number> {
  const now = room.now();
  try {
    const day = expiredDaysBefore(room.store.workspace().retentionDays, now);
    return now + (day !== undefined && (await sweep(room, archive, day)) ? SOON_MS : DAY_MS);
  } catch (error) {
    logError("dead_letters_sweep_failed", {}, error);
    return now + FAILED_MS;
  }
}
