import { EXPORTS } from "../src/core/export-times.ts";
import { ExportTask } from "../src/core/exports.ts";
import { exportHour } from "../src/warehouse/export-hour.ts";
import { follow, type FollowDeps } from "../src/warehouse/followers.ts";
import type { HourDeps } from "../src/warehouse/hour-deps.ts";
import { compactHour, type CompactionDeps } from "./compaction.ts";
import { logError } from "../src/log/log.ts";

/** What the consumer of the exports queue needs. Supplied by bindings/export-deps.ts. */
export interface ExportDeps {
  readonly compaction: CompactionDeps;
  hours(sourceId: string): HourDeps;
  followers(sourceId: string): FollowDeps;
  /** Runs `work` when no other is under way in this isolate; gives up after a while. */
  inTurn(work: () => Promise<void>): Promise<void>;
  now(): number;
}

/** A file may need 2500 subrequests, and a Worker has 10,000 where wrangler.toml does not say more. */
const FILES_PER_MESSAGE = 3;

/** Compaction goes on file by file as long as there is time; the archive's index asks again for the rest. */
async function compact(sourceId: string, { compaction, now }: ExportDeps): Promise<void> {
  const until = now() + EXPORTS.stepMs;
  for (let files = 0; files < FILES_PER_MESSAGE && now() < until; files++) {
    if ((await compactHour(sourceId, compaction)) !== "done") return;
  }
}

/** Goes on with the same kind of work while there is any: catching up on a month must not wait for a message an hour. */
async function inARow(step: () => Promise<boolean>, { now }: ExportDeps): Promise<void> {
  const until = now() + EXPORTS.turnMs;
  while ((await step()) && now() < until);
}

async function takeTask({ sourceId, task, follower }: ExportTask, deps: ExportDeps): Promise<void> {
  switch (task) {
    case "compact":
      return compact(sourceId, deps);
    case "hour":
      return inARow(async () => (await exportHour(deps.hours(sourceId))) === "published", deps);
    case "follower":
      return inARow(async () => (await follow(follower ?? "", deps.followers(sourceId))) === "success", deps);
  }
}

/**
 * Consumer of EXPORT_TASKS. Every message is confirmed, also one whose work failed: whoever has something to do (the
 * source's Exports object, its archive index) asks again until it is done.
 */
export async function takeExportTasks(batch: MessageBatch<unknown>, deps: ExportDeps): Promise<void> {
  for (const message of batch.messages) {
    const task = ExportTask.safeParse(message.body);
    try {
      if (task.success) await deps.inTurn(() => takeTask(task.data, deps));
      else logError("export_task_malformed");
    } catch (error) {
      logError("export_task_failed", {}, error);
    }
    message.ack();
  }
}
