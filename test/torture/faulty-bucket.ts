// The archive's bucket with everything that R2 may do. Runs inside the Worker.
import { between, drawPause, sleep, strikes } from "./chaos.ts";
import type { Seam } from "./seams.ts";

type Call = (...given: unknown[]) => unknown;
type Lost = readonly [refused: Seam, unanswered: Seam];

/** `head` and `list` change nothing: that their answer gets lost is as if they were refused. */
const OUTCOMES: Readonly<Record<string, Lost>> = {
  put: ["put_refused", "put_unanswered"],
  get: ["get_refused", "get_refused"],
  head: ["get_refused", "get_refused"],
  list: ["list_refused", "list_refused"],
  delete: ["delete_refused", "delete_unanswered"],
  createMultipartUpload: ["upload_refused", "upload_unanswered"],
  uploadPart: ["upload_refused", "upload_unanswered"],
  complete: ["upload_refused", "upload_unanswered"],
  abort: ["upload_refused", "upload_unanswered"],
};
const SLOW: Readonly<Record<string, Seam>> = { put: "put_slow", get: "get_slow" };
const READS: ReadonlySet<string | symbol> = new Set(["arrayBuffer", "text", "json", "bytes", "blob"]);

/** Longer than anybody waits. */
const HUNG_MS = 90_000;

const broken = (): Error => new Error("torture: the body broke off");

/** An object that was found and whose bytes do not come. */
function cut(object: R2ObjectBody): R2ObjectBody {
  return new Proxy(object, {
    get(target, name) {
      if (READS.has(name)) return () => Promise.reject(broken());
      if (name === "body") return new ReadableStream({ pull: (controller) => controller.error(broken()) });
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value as Call).bind(target) : value;
    },
  });
}

/** What a call gives may have calls that fail as well. */
function wrapResult(name: string, result: unknown): unknown {
  if (name === "createMultipartUpload") return wrapCalls(result as object);
  if (name !== "get" || result === null || !("body" in (result as object))) return result;
  return strikes("get_cut") ? cut(result as R2ObjectBody) : result;
}

async function throughFaults(name: string, key: unknown, call: () => Promise<unknown>): Promise<unknown> {
  if (name === "put" && String(key).startsWith("segment-logs/") && strikes("put_hung")) {
    await sleep(HUNG_MS);
    throw new Error("torture: R2's put was never answered");
  }
  const slow = SLOW[name];
  if (slow !== undefined && strikes(slow)) await sleep(drawPause());
  return wrapResult(name, await between(OUTCOMES[name]!, `R2's ${name}`, call));
}

function wrapCalls<T extends object>(target: T): T {
  return new Proxy(target, {
    get(real, name) {
      const value: unknown = Reflect.get(real, name, real);
      if (typeof value !== "function") return value;
      const method = value as Call;
      if (name === "resumeMultipartUpload") {
        return (...given: unknown[]) => wrapCalls(Reflect.apply(method, real, given) as object);
      }
      if (typeof name !== "string" || OUTCOMES[name] === undefined) return method.bind(real);
      return (...given: unknown[]) =>
        throughFaults(name, given[0], () => Reflect.apply(method, real, given) as Promise<unknown>);
    },
  });
}

export const faultyBucket = (bucket: R2Bucket): R2Bucket => wrapCalls(bucket);
