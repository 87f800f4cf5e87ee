import { atPace } from "./r2-pace.ts";

/** Each try that fails means that somebody else has written in between. */
const MOST_TRIES = 10;

const ABSENT = new Headers({ "If-None-Match": "*" });

/** Writes JSON text unless what is there by then is not older. */
export async function putNewer(
  bucket: Pick<R2Bucket, "get" | "put">,
  key: string,
  json: string,
  isOlder: (present: string) => boolean,
): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const present = await bucket.get(key);
    if (present !== null && !isOlder(await present.text())) return;
    const onlyIf = present === null ? ABSENT : { etagMatches: present.etag };
    const options = { onlyIf, httpMetadata: { contentType: "application/json" } };
    const written = await atPace((): Promise<R2Object | null> => bucket.put(key, json, options));
    if (written !== null) return;
  }
  throw new Error(`${key} is written by too many at once`);
}
