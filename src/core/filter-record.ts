import * as z from "zod";
import type { Changes } from "./changes.ts";

/** Bounds of one filter (quality.md §4.6). */
export const FILTER_LIMITS = {
  /** Of the condition's FQL text. */
  conditionChars: 5000,
  titleChars: 64,
  descriptionChars: 1000,
  /** Fields that one action may name, over all its objects. */
  fields: 200,
} as const;

/** Names of fields by the object that holds them: `{"properties": ["a"], "": ["userId"]}`, "" being the event itself. */
const FieldsByObject = z
  .record(z.string().max(500), z.array(z.string().min(1).max(500)).min(1))
  .refine((fields) => Object.keys(fields).length > 0, "name at least one field")
  .refine(
    (fields) => Object.values(fields).reduce((count, names) => count + names.length, 0) <= FILTER_LIMITS.fields,
    `at most ${FILTER_LIMITS.fields} fields`,
  );

/**
 * What a filter does to the events it matches, in Segment's names. `percent` (0 to 1) is the share that is let
 * through; with `path` the value there decides, always the same way, otherwise chance does.
 */
export const FilterAction = z.discriminatedUnion("type", [
  z.object({ type: z.literal("DROP") }),
  z.object({
    type: z.literal("SAMPLE"),
    percent: z.number().min(0).max(1),
    path: z.string().min(1).max(500).optional(),
  }),
  z.object({ type: z.literal("DROP_PROPERTIES"), fields: FieldsByObject }),
  z.object({ type: z.literal("ALLOW_PROPERTIES"), fields: FieldsByObject }),
]);
export type FilterAction = z.infer<typeof FilterAction>;

/**
 * A rule before one destination, for the events of one of its sources. `if` is server FQL (quality.md §4.7), or `all`.
 * Times are ms since epoch.
 */
export const FilterRecord = z.object({
  id: z.string(),
  destinationId: z.string(),
  sourceId: z.string(),
  title: z.string().trim().min(1).max(FILTER_LIMITS.titleChars),
  description: z.string().max(FILTER_LIMITS.descriptionChars).optional(),
  if: z.string().trim().min(1).max(FILTER_LIMITS.conditionChars),
  actions: z.array(FilterAction).min(1).max(10),
  enabled: z.boolean(),
  createdAt: z.int(),
  updatedAt: z.int(),
});
export type FilterRecord = z.infer<typeof FilterRecord>;

/** A new filter; the caller has checked its condition. */
export type FilterInput = Omit<FilterRecord, "id" | "destinationId" | "createdAt" | "updatedAt">;
/** `description: null` removes it. */
export type FilterPatch = Changes<Omit<FilterInput, "sourceId" | "description"> & { description: string | null }>;
