import * as z from "zod";
import { Plan } from "./core/plan.ts";

/** The Worker's plain settings, parsed once per isolate. Bindings are typed by `wrangler types`. */
export const Settings = z.object({
  /** `/k3x9` or "": every SDK route is served under it as well. */
  INLET_PATH_PREFIX: z
    .string()
    .regex(/^(?:\/[A-Za-z0-9_-]{1,64})?$/, "one path segment with a leading slash, or empty")
    .default(""),
  INLET_DEMO: z.stringbool().default(false),
  /** "free": what a Cloudflare account without the Workers Paid plan can do; see core/plan. */
  INLET_PLAN: Plan.default("paid"),
  /** Destinations may be on private hosts: for trials on this machine and for tests. */
  INLET_ALLOW_PRIVATE_HOSTS: z.stringbool().default(false),
  /** Hosts (with their ports) under which this Inlet is reached, with commas: destinations may not send there. */
  INLET_HOSTS: z
    .string()
    .default("")
    .transform(
      (text) =>
        new Set(
          text
            .toLowerCase()
            .split(/[\s,]+/)
            .filter((host) => host !== ""),
        ),
    ),
  /** Where query engines find the bucket: what the paths in Iceberg tables begin with. New tables take it, others keep theirs. */
  INLET_ICEBERG_BASE: z
    .string()
    .regex(/^(?:[a-z][a-z0-9+.-]*:\/)?\/\S*[^\s/]$/, "an absolute address without a slash at its end")
    .default("s3://inlet-archive"),
  /** Signs in the owner; at least 16 characters. `wrangler secret put INLET_ADMIN_TOKEN`. */
  INLET_ADMIN_TOKEN: z.string().min(16),
  /** 32 random bytes, base64url: seals secrets at rest. `wrangler secret put INLET_SEAL_KEY`. */
  INLET_SEAL_KEY: z.string().regex(/^[A-Za-z0-9_-]{43}$/, "32 bytes as base64url without padding"),
});
export type Settings = z.infer<typeof Settings>;
