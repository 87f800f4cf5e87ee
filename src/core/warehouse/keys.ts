/** R2 keys of what exports write. `hour` is the start of an hour, ms since epoch; partitions are in UTC. */

/** Hive's layout: engines read `day` and `hr` as columns. */
const partition = (hour: number): string => {
  const iso = new Date(hour).toISOString();
  return `day=${iso.slice(0, 10)}/hr=${iso.slice(11, 13)}`;
};
const padded = (value: number, digits: number): string => String(value).padStart(digits, "0");

const hourFolder = (schema: string, table: string, hour: number): string =>
  `warehouse/${schema}/${table}/${partition(hour)}`;

/** One file of a version: its number is never given twice. */
export const parquetKey = (at: HourVersion, table: string, n: number): string =>
  `${hourFolder(at.schema, table, at.hour)}/${padded(at.version, 6)}-${padded(n, 3)}.parquet`;

export const manifestKey = (schema: string, table: string, hour: number): string =>
  `${hourFolder(schema, table, hour)}/manifest.json`;

export const ndjsonKey = ({ schema, hour, version }: HourVersion, n: number): string => {
  const day = Date.parse(new Date(hour).toISOString().slice(0, 10));
  const hr = new Date(hour).toISOString().slice(11, 13);
  return `warehouse-ndjson/${schema}/${day}/${hr}-${padded(version, 6)}-${padded(n, 3)}.gz`;
};

/** Of what an hour says of users or accounts, until the snapshot has taken it in. */
export const upsertsKey = (sourceId: string, { hour, version }: HourVersion, n: number): string =>
  `warehouse-state/${sourceId}/upserts/${hour}-${padded(version, 6)}-${padded(n, 3)}.ndjson.gz`;

/** Sorted hashes of an hour's ids, or (with `n`) of one step's. */
export const idsKey = (sourceId: string, { hour, version }: HourVersion, n?: number): string =>
  `warehouse-state/${sourceId}/ids/${hour}-${padded(version, 6)}${n === undefined ? "" : `-${padded(n, 3)}`}.bin`;

export interface HourVersion {
  readonly schema: string;
  readonly hour: number;
  readonly version: number;
}
