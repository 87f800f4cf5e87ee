import { err, ok, type Result } from "../result.ts";

const STORES = ["r2", "s3", "gs"] as const;

/** Where published files are read from: a bucket, with a prefix when they were copied somewhere, or a folder. */
export interface Base {
  readonly store: (typeof STORES)[number] | "folder";
  /** Empty of a folder. */
  readonly bucket: string;
  /** What stands before a file's key, ends with `/` unless it is empty: a prefix in the bucket, or the folder. */
  readonly prefix: string;
}

const BUCKET = /^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/;
const PREFIX = /^[A-Za-z0-9 !_.()=@+~/-]*$/;
/** Engines take these for patterns, and no quoting tells them otherwise. Control characters end lines of comments. */
const PATTERN = /[*?[\]{}\p{Cc}]/u;

const ending = (prefix: string): string => (prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`);

/**
 * Reads `r2://bucket/`, `s3://bucket/prefix/`, `gs://bucket/`, or a folder that begins with `/`, `./`, `../` or a
 * drive. The error says what is wrong in a sentence.
 */
export function parseBase(text: string): Result<Base, string> {
  const [, scheme, rest = ""] = /^([a-z0-9]+):\/\/(.*)$/s.exec(text) ?? [];
  if (scheme === undefined) return parseFolder(text);
  const store = STORES.find((one) => one === scheme);
  if (store === undefined) return err("A base begins with r2://, s3:// or gs://, or is a folder.");
  const [bucket = "", ...parts] = rest.split("/");
  const prefix = parts.join("/");
  if (!BUCKET.test(bucket)) return err("After r2://, s3:// or gs:// a base names a bucket.");
  if (!PREFIX.test(prefix) || parts.includes(".."))
    return err("The prefix holds characters that engines take for more.");
  return ok({ store, bucket, prefix: ending(prefix) });
}

function parseFolder(text: string): Result<Base, string> {
  if (!/^(?:\.{0,2}\/|[A-Za-z]:[\\/])/.test(text)) return err("A folder begins with /, ./ or ../.");
  if (PATTERN.test(text)) return err("A folder may not hold * ? [ ] { } or control characters.");
  return ok({ store: "folder", bucket: "", prefix: ending(text) });
}

/** What stands before a key in an address: `s3://bucket/prefix/`, or the folder. `scheme` replaces the store's own. */
export const addressOf = ({ store, bucket, prefix }: Base, scheme: string = store): string =>
  store === "folder" ? prefix : `${scheme}://${bucket}/${prefix}`;
