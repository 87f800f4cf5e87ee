/** What an Iceberg table needs of the bucket. A failure of the bucket is thrown. */
export interface IcebergStore {
  get(key: string): Promise<Uint8Array | null>;
  /** Bytes [start, end) of an object; null when there is none. */
  range(key: string, start: number, end: number): Promise<ArrayBuffer | null>;
  put(key: string, body: Uint8Array | string): Promise<void>;
  /** Writes only what does not exist yet, atomically; false: it does. A commit stands or falls with it. */
  putNew(key: string, body: string): Promise<boolean>;
  /** All keys that begin with `prefix`. */
  list(prefix: string): Promise<string[]>;
  /** At most 1000 keys; those that are gone already do no harm. */
  delete(keys: readonly string[]): Promise<void>;
}

export interface IcebergDeps {
  readonly store: IcebergStore;
  /** Where engines find the bucket's keys, without a slash at the end: `s3://inlet-archive`. A table keeps its first one. */
  readonly base: string;
  readonly now: () => number;
}
