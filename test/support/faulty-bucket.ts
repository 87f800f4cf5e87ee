import { env } from "cloudflare:workers";
import { vi } from "vitest";

/** Whether a call fails before R2 heard of it, or after it did it, with the answer lost. */
export type Fault = "before" | "after";

export interface FaultyBucket {
  /** Calls so far. */
  calls(): number;
  /** What the call that failed was. */
  failed(): string | undefined;
}

/**
 * Lets the `nth` call (from 1) of the archive's bucket fail once, whoever makes it: the objects' own calls and those of
 * uploads count as well. Undone by `vi.restoreAllMocks()`.
 */
export function breakArchive(nth: number, fault: Fault): FaultyBucket {
  let calls = 0;
  let failed: string | undefined;
  async function call<T>(name: string, work: () => Promise<T>): Promise<T> {
    const isIt = ++calls === nth;
    if (isIt) failed = name;
    if (isIt && fault === "before") throw new Error(`${name} failed`);
    const answer = await work();
    if (isIt) throw new Error(`the answer of ${name} got lost`);
    return answer;
  }
  function wrapUpload(upload: R2MultipartUpload): R2MultipartUpload {
    return {
      key: upload.key,
      uploadId: upload.uploadId,
      uploadPart: (...args) => call("uploadPart", () => upload.uploadPart(...args)),
      complete: (...args) => call("complete", () => upload.complete(...args)),
      abort: () => call("abort", () => upload.abort()),
    };
  }
  const bucket = env.ARCHIVE;
  const { get, put, list } = bucket;
  const remove = bucket.delete;
  const { createMultipartUpload, resumeMultipartUpload } = bucket;
  vi.spyOn(bucket, "get").mockImplementation((...args: Parameters<typeof get>) =>
    call("get", () => get.apply(bucket, args)),
  );
  vi.spyOn(bucket, "put").mockImplementation((...args: Parameters<typeof put>) =>
    call("put", () => put.apply(bucket, args)),
  );
  vi.spyOn(bucket, "list").mockImplementation((...args) => call("list", () => list.apply(bucket, args)));
  vi.spyOn(bucket, "delete").mockImplementation((...args) => call("delete", () => remove.apply(bucket, args)));
  vi.spyOn(bucket, "createMultipartUpload").mockImplementation((...args) =>
    call("createMultipartUpload", async () => wrapUpload(await createMultipartUpload.apply(bucket, args))),
  );
  vi.spyOn(bucket, "resumeMultipartUpload").mockImplementation((...args) =>
    wrapUpload(resumeMultipartUpload.apply(bucket, args)),
  );
  return { calls: () => calls, failed: () => failed };
}
