import type { BuiltFile, CompactionClaim, FileName, PlannedSegment } from "../src/core/compaction.ts";
import { logError } from "../src/log/log.ts";

/** What compacting needs. Supplied by bindings/compaction.ts. */
export interface CompactionDeps {
  /** The source's next file, leased to the caller. */
  claim(sourceId: string): Promise<CompactionClaim>;
  createUpload(file: string): Promise<FileUpload>;
  /** Tells the index of the upload before anything is written; false when the lease is lost. */
  begin(sourceId: string, name: FileName, uploadId: string): Promise<boolean>;
  /** The segments are read from the file once this resolves; false when it is not wanted any more. */
  finish(sourceId: string, name: FileName, built: BuiltFile): Promise<boolean>;
  /** Ends the lease; what was written is cleared away. */
  fail(sourceId: string, name: FileName): Promise<void>;
}

/** A multipart upload that was created and not yet written to. */
export interface FileUpload {
  readonly uploadId: string;
  /** Writes the segments and completes; nothing is completed when it rejects. */
  write(segments: readonly PlannedSegment[]): Promise<BuiltFile>;
  abort(): Promise<void>;
}

type Granted = Extract<CompactionClaim, { readonly status: "granted" }>;

/**
 * Writes the next file of a source that is due. `done`: call again, there may be more; `failed`: whatever it was, the
 * index has it tried again later. Nobody's work is undone by a second consumer, nor by one that comes back late.
 */
export async function compactHour(sourceId: string, deps: CompactionDeps): Promise<"done" | "failed" | "nothing_due"> {
  const claim = await deps.claim(sourceId);
  if (claim.status !== "granted") return "nothing_due";
  try {
    return (await writeFile(sourceId, claim, deps)) ? "done" : "failed";
  } catch (error) {
    logError("compaction_failed", { key: claim.file }, error);
    await deps.fail(sourceId, { hour: claim.hour, no: claim.no });
    return "failed";
  }
}

async function writeFile(sourceId: string, { hour, no, file, segments }: Granted, deps: CompactionDeps) {
  const name = { hour, no };
  const upload = await deps.createUpload(file);
  if (!(await deps.begin(sourceId, name, upload.uploadId))) {
    await upload.abort();
    return false;
  }
  const built = await upload.write(segments);
  for (const { key, reason } of built.left) logError("segment_not_compacted", { key, reason });
  return deps.finish(sourceId, name, built);
}
