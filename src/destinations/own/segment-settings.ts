import * as z from "zod";
import type { DestinationField } from "../../core/destination-kind.ts";
import { HttpUrl } from "./http-parts.ts";

/** Segment's collecting hosts by region (ingest.md §1.1). */
const REGIONS = {
  us: { label: "United States", host: "https://api.segment.io" },
  eu: { label: "Europe (Dublin)", host: "https://events.eu1.segmentapis.com" },
} as const;
/** Where sources' settings are published, for all regions; it tells whether a write key exists. */
export const SETTINGS_HOST = "https://cdn.segment.com";

export const SegmentSettings = z.object({
  writeKey: z
    .string()
    .trim()
    .min(1, "a write key is needed")
    .max(200)
    .regex(/^[\x21-\x7e]+$/, "not a write key"),
  region: z.enum(["us", "eu"]).default("us"),
  endpoint: z.union([z.literal(""), HttpUrl]).default(""),
});
export type SegmentSettings = z.infer<typeof SegmentSettings>;

/** The host that events are sent to, without a slash at its end. */
export const hostOf = ({ region, endpoint }: SegmentSettings): string =>
  (endpoint === "" ? REGIONS[region].host : endpoint).replace(/\/+$/, "");

export const SEGMENT_FIELDS: readonly DestinationField[] = [
  {
    name: "writeKey",
    label: "Write key",
    type: "string",
    required: true,
    secret: true,
    description:
      "Of the source in your Segment workspace that is to receive the events. An HTTP API source is a good choice.",
  },
  {
    name: "region",
    label: "Region",
    type: "select",
    required: false,
    secret: false,
    choices: Object.entries(REGIONS).map(([value, { label }]) => ({ label, value })),
    defaultValue: "us",
    description: "Where your Segment workspace stands.",
  },
  {
    name: "endpoint",
    label: "Other endpoint",
    type: "string",
    required: false,
    secret: false,
    description: "Instead of the region's host: of a proxy, or of another collector that speaks Segment's protocol.",
  },
];
