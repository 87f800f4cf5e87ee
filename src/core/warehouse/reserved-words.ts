/**
 * Words that some warehouse does not take as a name unless it is quoted; Segment puts `_` before those of Redshift
 * (storage.md §3.2). A lake is read by all engines, so this is one list for all: what is strictly reserved in
 * PostgreSQL 18 (pg_get_keywords, kinds R and T), DuckDB 1.5 (duckdb_keywords, reserved and type_function), Redshift,
 * BigQuery and Snowflake ("reserved words" in their SQL references; words that Snowflake limits only in SHOW are left
 * out). ClickHouse reserves none. `partition` is missing on purpose: BigQuery takes no column that begins with
 * `_partition`, even quoted, while the plain word needs quotes only.
 */
const SQL_WORDS = `
  aes128 aes256 all allowoverwrite alter analyse analyze and anti any array as asc asof assert_rows_modified asymmetric
  at authorization az64 backup between binary blanksasnull both by bytedict bzip2 case cast check collate collation
  column columns concurrently connect constraint contains create credentials cross cube current current_catalog
  current_date current_role current_schema current_time current_timestamp current_user current_user_id default
  deferrable deflate defrag define delete delta delta32k desc describe disable distinct do drop else emptyasnull enable
  encode encrypt encryption end enum escape except exclude exists explicit extract false fetch following for foreign
  freeze from full generated glob globaldict256 globaldict64k grant group grouping groups gzip hash having identity if
  ignore ilike in include increment initially inner insert intersect interval into is isnull join lambda language
  lateral leading left like limit localtime localtimestamp lookup lun luns lzo lzop map merge minus mostly16 mostly32
  mostly8 natural new no not notnull null nulls of off offline offset oid old on only open or order outer over overlaps
  parallel percent permissions pivot pivot_longer pivot_wider placing positional preceding primary proto qualify
  range raw readratio recover recursive references regexp rejectlog resort respect restore returning revoke right rlike
  rollup row rows sample select semi session_user set show similar snapshot some start struct summarize symmetric
  sysdate system system_user table tablesample tag tdes text255 text32k then timestamp to top trailing treat trigger true
  truncatecolumns try_cast unbounded union unique unnest unpack unpivot update user using values variadic verbose wallet
  when whenever where window with within without
`;

/** PostgreSQL's own columns of every table: taken even when quoted. */
const SYSTEM_COLUMNS = "tableoid xmin cmin xmax cmax ctid";

const RESERVED: ReadonlySet<string> = new Set(`${SQL_WORDS} ${SYSTEM_COLUMNS}`.trim().split(/\s+/));

export const isReservedWord = (name: string): boolean => RESERVED.has(name);
