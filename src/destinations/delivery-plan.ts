import type { OpenDestination } from "../core/catalog.ts";
import { DELIVERY, type DeliveryPointer } from "../core/delivery.ts";
import { HOUR_MS } from "../core/durations.ts";
import type { Claim } from "../core/ledger.ts";
import { goesAsReplay } from "../core/letters.ts";
import type { DropReason } from "../core/routing.ts";
import type { Fate } from "../core/settle-lines.ts";
import type { Connection, ConnectionContext, Destination } from "./destination.ts";
import { logError } from "../log/log.ts";

export type Granted = Extract<Claim, { status: "granted" }>;
type Abandoned = Extract<Fate, { status: "abandoned" }>;

/** What is to be done with a claim. */
export type Plan =
  /** All lines are dropped without being read. */
  | { readonly do: "drop"; readonly reason: DropReason }
  /** Nothing can be sent for now. */
  | { readonly do: "hold"; readonly fate: Extract<Fate, { status: "retry" }> }
  /** What the gate lets through and a mapping wants is given up. */
  | { readonly do: "abandon"; readonly opened: OpenDestination; readonly fate: Abandoned }
  | { readonly do: "send"; readonly opened: OpenDestination; readonly connection: Connection };

/** How a destination's code is had. */
export interface PlanDeps {
  /** Undefined when nothing is known by that id, or it cannot run here. */
  findDestination(metadataId: string): Promise<Destination | undefined>;
  saveTokens(destinationId: string, tokens: Record<string, string>): Promise<void>;
}

const invalid = (opened: OpenDestination, detail: string): Plan => ({
  do: "abandon",
  opened,
  fate: { status: "abandoned", reason: "INVALID_SETTINGS", detail, who: "user" },
});

/**
 * Lines wait for secrets that were sealed with another key, because entering them again, or putting the key back,
 * makes them deliverable; after DELIVERY.maxWaitMs they are given up as those of a destination that is down.
 */
function waitForSecrets(opened: OpenDestination, mode: Granted["mode"]): Plan {
  const detail = `${opened.unreadable.join(", ")}: sealed with another key; enter it again`;
  if (mode === "give_up") return invalid(opened, detail);
  return { do: "hold", fate: { status: "retry", reason: "INVALID_SETTINGS", detail, retryAfterMs: DELIVERY.holdMs } };
}

function givenUp(opened: OpenDestination): Plan {
  const hours = DELIVERY.maxWaitMs / HOUR_MS;
  const detail = `the destination was down for ${hours} hours, or every attempt ended the consumer`;
  return { do: "abandon", opened, fate: { status: "abandoned", reason: "RETRY", detail, who: "platform" } };
}

/** Code that cannot be loaded is our fault and may be mended by the next deployment: nothing is given up for it. */
function waitForCode(error: unknown): Plan {
  logError("destination_code_not_loaded", {}, error);
  const detail = `its code could not be loaded: ${error instanceof Error ? error.message : String(error)}`;
  return { do: "hold", fate: { status: "retry", reason: "INTERNAL", detail, retryAfterMs: DELIVERY.holdMs } };
}

async function connect(opened: OpenDestination, { findDestination, saveTokens }: PlanDeps): Promise<Plan> {
  const { destination, settings } = opened;
  const definition = await findDestination(destination.metadataId);
  if (definition === undefined) return invalid(opened, `no destination is called ${destination.metadataId}`);
  const context: ConnectionContext = {
    destinationId: destination.id,
    saveTokens: (tokens) => saveTokens(destination.id, tokens),
  };
  const connection = definition.open(settings, context);
  return connection.ok ? { do: "send", opened, connection: connection.value } : invalid(opened, connection.error);
}

/**
 * Decided before any line is looked at. What waits of a source that the destination has lost is not sent: the filters
 * between the two are gone as well. A destination that is switched off still gets what somebody replays to it.
 */
export async function planFor(
  opened: OpenDestination | null,
  { sourceId, replayId, mode }: Pick<DeliveryPointer, "sourceId" | "replayId"> & Pick<Granted, "mode">,
  deps: PlanDeps,
): Promise<Plan> {
  if (opened === null) return { do: "drop", reason: "destination_deleted" };
  const { destination, unreadable } = opened;
  if (!destination.enabled && !goesAsReplay(replayId)) return { do: "drop", reason: "destination_disabled" };
  if (!destination.sourceIds.includes(sourceId)) return { do: "drop", reason: "source_disconnected" };
  if (unreadable.length > 0) return waitForSecrets(opened, mode);
  if (mode === "give_up") return givenUp(opened);
  try {
    return await connect(opened, deps);
  } catch (error) {
    return waitForCode(error);
  }
}
