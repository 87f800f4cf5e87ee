import { err, ok } from "../core/result.ts";
import type { DestinationTools } from "../destinations/destination.ts";

type PutObject = NonNullable<DestinationTools["putObject"]>;

/** Bindings that are Inlet's own: no destination may write over what it keeps there. */
const RESERVED: ReadonlySet<string> = new Set(["ARCHIVE"]);

/** The longest key that R2 takes, in bytes. */
const MOST_KEY_BYTES = 1024;

const isBucket = (binding: unknown): binding is R2Bucket =>
  typeof binding === "object" && binding !== null && "put" in binding && "createMultipartUpload" in binding;

/** Writes into R2 buckets that have been bound for destinations; the error says why one cannot be written to. */
export function createPutObject(env: object): PutObject {
  return async (name, key, body, contentType) => {
    if (RESERVED.has(name)) return err(`the binding ${name} is the archive's own; add another one to wrangler.toml`);
    const bucket = (env as Readonly<Record<string, unknown>>)[name];
    if (!isBucket(bucket)) return err(`there is no R2 binding ${name} in wrangler.toml`);
    if (new TextEncoder().encode(key).byteLength > MOST_KEY_BYTES) return err("the object's name is too long for R2");
    await bucket.put(key, body, { httpMetadata: { contentType } });
    return ok(null);
  };
}
