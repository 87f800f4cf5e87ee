import type { IcebergDeps, IcebergStore } from "../warehouse/iceberg/store.ts";
import { atPace, type Sleep } from "./r2-pace.ts";

/** R2 looks and writes in one step. */
const ONLY_NEW = new Headers({ "If-None-Match": "*" });

/** A bucket as Iceberg tables use it. */
export function icebergStore(bucket: R2Bucket, sleep?: Sleep): IcebergStore {
  return {
    get: async (key) => {
      const found = await bucket.get(key);
      return found === null ? null : new Uint8Array(await found.arrayBuffer());
    },
    range: async (key, start, end) => {
      const found = await bucket.get(key, { range: { offset: start, length: end - start } });
      return found === null ? null : found.arrayBuffer();
    },
    put: async (key, body) => void (await atPace(() => bucket.put(key, body), sleep)),
    putNew: async (key, body) => (await bucket.put(key, body, { onlyIf: ONLY_NEW })) !== null,
    list: async (prefix) => {
      const keys: string[] = [];
      let cursor: string | undefined;
      do {
        const page: R2Objects = await bucket.list({ prefix, ...(cursor === undefined ? {} : { cursor }) });
        keys.push(...page.objects.map((object) => object.key));
        cursor = page.truncated ? page.cursor : undefined;
      } while (cursor !== undefined);
      return keys;
    },
    delete: (keys) => bucket.delete([...keys]),
  };
}

/** What the follower "iceberg" needs. `base`: the bucket as engines name it (`INLET_ICEBERG_BASE`), for tables that are new. */
export const createIcebergDeps = (bucket: R2Bucket, base: string, now: () => number): IcebergDeps => ({
  store: icebergStore(bucket),
  base,
  now,
});
