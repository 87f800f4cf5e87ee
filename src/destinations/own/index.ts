import { bucket } from "./bucket.ts";
import { http } from "./http.ts";
import type { OwnKind } from "./own-kind.ts";
import { segment } from "./segment.ts";
import { sink } from "./sink.ts";
import { webhook } from "./webhook.ts";

/** Inlet's own destinations, in the order in which lists show them. */
export const OWN_KINDS: readonly OwnKind[] = [webhook, http, segment, bucket, sink];
