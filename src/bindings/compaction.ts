import type { CompactionDeps } from "../../queues/compaction.ts";
import { buildFile } from "./compact-file.ts";

/** Supplies what the consumer of compactions needs. */
export function createCompactionDeps(env: Pick<Env, "ARCHIVE" | "ARCHIVE_INDEX">): CompactionDeps {
  const index = (sourceId: string) => env.ARCHIVE_INDEX.getByName(sourceId);
  return {
    claim: (sourceId) => index(sourceId).claimCompaction(),
    async createUpload(file) {
      const upload = await env.ARCHIVE.createMultipartUpload(file, {
        // As with segments: readers tell gzip by the name.
        httpMetadata: { contentType: "application/gzip" },
      });
      return {
        uploadId: upload.uploadId,
        write: (segments) => buildFile(env.ARCHIVE, upload, segments),
        abort: () => upload.abort(),
      };
    },
    begin: (sourceId, name, uploadId) => index(sourceId).beginCompaction(name, uploadId),
    finish: (sourceId, name, built) => index(sourceId).finishCompaction(name, built),
    fail: (sourceId, name) => index(sourceId).failCompaction(name),
  };
}
