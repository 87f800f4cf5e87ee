/** What the address of the archive may say. Apart from what reads it: the router is a part of every first load. */
export const ARCHIVE_PARAMS = [
  "view",
  "day",
  "range",
  "from",
  "to",
  "q",
  "user",
  "types",
  "events",
  "filter",
  "order",
  "entry",
  "show",
  "ask",
] as const;
export type ArchiveSearchParams = { readonly [K in (typeof ARCHIVE_PARAMS)[number]]?: string };
