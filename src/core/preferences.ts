import * as z from "zod";
import { DebuggerFilter } from "./debugger.ts";

const SavedSearch = DebuggerFilter.extend({
  name: z.string().trim().min(1).max(80),
  /** The source whose debugger it belongs to; absent: any. */
  sourceId: z.string().max(64).optional(),
});
const pinnedSources = z.array(z.string().max(64)).max(100);
const savedSearches = z.array(SavedSearch).max(20);

/** Small per-user dashboard state. Losing it costs a few clicks, so it needs no more than that. */
export const Preferences = z.object({
  pinnedSources: pinnedSources.default([]),
  savedSearches: savedSearches.default([]),
});
export type Preferences = z.infer<typeof Preferences>;

/** What is named is replaced, the rest stays. */
export const PreferencesPatch = z
  .strictObject({ pinnedSources: pinnedSources.optional(), savedSearches: savedSearches.optional() })
  .refine((patch) => toHeaderJson(patch).length <= 16_000, "too much to remember: remove some saved searches");
export type PreferencesPatch = z.infer<typeof PreferencesPatch>;

/** JSON in ASCII only: itty-durable carries arguments in a header, which takes nothing else. */
export function toHeaderJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
