/**
 * What the address of a replay that is put together may say.
 * Apart from what reads it: the router is a part of every first load.
 */
export const DRAFT_PARAMS = [
  "source",
  "destination",
  "range",
  "from",
  "to",
  "types",
  "events",
  "filter",
  "rate",
  "name",
] as const;
export type DraftSearch = { readonly [K in (typeof DRAFT_PARAMS)[number]]?: string };
