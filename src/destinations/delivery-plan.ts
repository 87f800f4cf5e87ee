import type { OpenDestination } from "../core/catalog.ts";
import { DELIVERY } from "../core/delivery.ts";
import { HOUR_MS } from "../core/durations.ts";
import type { Claim } from "../core/ledger.ts";
import type { DropReason } from "../core/routing.ts";
import type { Fate } from "../core/settle-lines.ts";
import type { Destination, Perform } from "./webhook-kind.ts";

export type Granted = Extract<Claim, { status: "granted" }>;
/** What is to be done with all lines of a claim. */
export type Plan =
  | { readonly do: "drop"; readonly reason: DropReason }
  | { readonly do: "abandon"; readonly fate: Extract<Fate, { status: "abandoned" }> }
  | { readonly do: "hold"; readonly fate: Extract<Fate, { status: "retry" }> }
  | { readonly do: "send"; readonly perform: Perform; readonly batchSize: number; readonly integrationName: string };

const invalid = (detail: string): Plan => ({
  do: "abandon",
  fate: { status: "abandoned", reason: "INVALID_SETTINGS", detail, who: "user" },
});

/**
 * Lines wait for secrets that were sealed with another key, because entering them again, or putting the key back,
 * makes them deliverable; after DELIVERY.maxWaitMs they are given up as those of a destination that is down.
 */
function waitForSecrets(unreadable: readonly string[], mode: Granted["mode"]): Plan {
  const detail = `${unreadable.join(", ")}: sealed with another key; enter it again`;
  if (mode === "give_up") return invalid(detail);
  const retryAfterMs = DELIVERY.holdMs;
  return { do: "hold", fate: { status: "retry", reason: "INVALID_SETTINGS", detail, retryAfterMs } };
}

/** Decided before any line is looked at. */
export function planFor(
  opened: OpenDestination | null,
  claim: Granted,
  findDestination: (metadataId: string) => Destination | undefined,
): Plan {
  if (opened === null) return { do: "drop", reason: "destination_deleted" };
  const { destination, settings, unreadable } = opened;
  if (!destination.enabled) return { do: "drop", reason: "destination_disabled" };
  if (unreadable.length > 0) return waitForSecrets(unreadable, claim.mode);
  if (claim.mode === "give_up") {
    const detail = `the destination was down for ${DELIVERY.maxWaitMs / HOUR_MS} hours`;
    return { do: "abandon", fate: { status: "abandoned", reason: "RETRY", detail, who: "platform" } };
  }
  const definition = findDestination(destination.metadataId);
  if (definition === undefined) return invalid(`no destination is called ${destination.metadataId}`);
  const performing = definition.open(settings);
  if (!performing.ok) return invalid(performing.error);
  const { batchSize } = definition;
  return { do: "send", perform: performing.value, batchSize, integrationName: destination.integrationName };
}
