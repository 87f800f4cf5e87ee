import * as z from "zod";
import type { DestinationField } from "../../core/destination-kind.ts";
import { HttpUrl } from "./http-parts.ts";

/** In an endpoint, stands for the name of the bucket: `https://{bucket}.s3.eu-west-1.amazonaws.com`. */
export const BUCKET_PLACE = "{bucket}";

const Endpoint = z
  .string()
  .trim()
  .max(2000)
  .refine((text) => HttpUrl.safeParse(text.replace(BUCKET_PLACE, "bucket")).success, "must be an http or https URL")
  .refine((text) => {
    const url = text.replace(BUCKET_PLACE, "bucket");
    return !URL.canParse(url) || (new URL(url).search === "" && new URL(url).hash === "");
  }, "must not have a query or a fragment");

/** Text that may be empty, which says that it is not used. */
const Optional = z.string().trim().max(500).default("");

export const BucketSettings = z
  .object({
    binding: Optional.refine((name) => /^(?:[A-Z][A-Z0-9_]{0,99})?$/.test(name), "capital letters, digits and _"),
    endpoint: z.union([z.literal(""), Endpoint]).default(""),
    bucket: Optional.refine((name) => /^[A-Za-z0-9._-]*$/.test(name), "not the name of a bucket"),
    region: Optional.refine((name) => /^[a-z0-9-]*$/.test(name), "not the name of a region"),
    accessKeyId: Optional,
    secretAccessKey: Optional,
    prefix: Optional.refine(
      (prefix) => !prefix.split("/").some((part) => part === "." || part === ".."),
      "must not hold . or ..",
    ),
    compress: z.boolean().default(true),
  })
  .check(({ value, issues }) => {
    if (value.binding !== "") return;
    for (const name of ["endpoint", "bucket", "accessKeyId", "secretAccessKey"] as const) {
      if (value[name] !== "") continue;
      issues.push({ code: "custom", message: "is needed, unless an R2 binding is given", path: [name], input: value });
    }
  });
export type BucketSettings = z.infer<typeof BucketSettings>;

type Text = Pick<DestinationField, "name" | "label" | "description"> & Partial<DestinationField>;
const text = (field: Text): DestinationField => ({ type: "string", required: false, secret: false, ...field });

export const BUCKET_FIELDS: readonly DestinationField[] = [
  text({
    name: "endpoint",
    label: "Endpoint",
    description: `https://<account id>.r2.cloudflarestorage.com for R2, https://s3.<region>.amazonaws.com for AWS. ${BUCKET_PLACE} in it stands for the bucket's name; otherwise the name is put behind it.`,
  }),
  text({ name: "bucket", label: "Bucket", description: "Its name." }),
  text({ name: "region", label: "Region", description: "As the provider calls it. R2 needs none." }),
  text({ name: "accessKeyId", label: "Access key id", description: "Of a key that may put objects into the bucket." }),
  text({
    name: "secretAccessKey",
    label: "Secret access key",
    description: "Sealed, never shown again.",
    secret: true,
  }),
  text({
    name: "binding",
    label: "R2 binding",
    description: "Instead of all of the above: the name of an R2 binding that you have added to wrangler.toml.",
  }),
  text({
    name: "prefix",
    label: "Prefix",
    description: "Put before the name of every object, as in <prefix>/segment-logs/<source>/<day>/<file>.",
  }),
  {
    name: "compress",
    label: "Compress",
    type: "boolean",
    required: false,
    secret: false,
    defaultValue: true,
    description: "Objects are gzip, named .gz as Segment's are. Off: plain lines, named .ndjson.",
  },
];
