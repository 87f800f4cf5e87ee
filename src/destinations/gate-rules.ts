import type { OpenDestination } from "../core/catalog.ts";
import type { DeliveryPointer } from "../core/delivery.ts";
import { compileFilters, type Chance } from "../core/filter.ts";
import type { FilterRecord } from "../core/filter-record.ts";
import { goesAsReplay, resendIdOf } from "../core/letters.ts";
import { asReplayed, gate, replayGate, type Gate } from "../core/routing.ts";
import { lanesOf, type Rules } from "./decide.ts";
import type { Granted } from "./delivery-plan.ts";

/** A filter without what decides whether an event may pass; none when nothing is left of it. */
function reducingPart(filter: FilterRecord): FilterRecord[] {
  const actions = filter.actions.filter(({ type }) => type === "DROP_PROPERTIES" || type === "ALLOW_PROPERTIES");
  return actions.length === 0 ? [] : [{ ...filter, actions }];
}

/** Whoever was in a sample once is in it: a re-send draws no second lot. */
const LUCKY: Chance["random"] = () => 0;

/**
 * The rules for one claim, as the destination is configured now. What was let through before is only reduced by the
 * filters when it is tried again. A re-send is another matter: days may have passed, so consent, integrations object
 * and filters as they are now are asked once more at its first attempt (storage.md §3.7), its triggers are not. A replay is
 * decided as live traffic is, with its integrations object replaced in what is asked and in what is sent.
 */
export function rulesFor(
  pointer: DeliveryPointer,
  claim: Granted,
  opened: OpenDestination,
  { chance, fires }: { readonly chance: Chance; readonly fires: Rules["fires"] },
): Rules {
  const { destination, subscriptions, filters, consentCategories } = opened;
  const before: Gate = {
    sourceId: pointer.sourceId,
    integrationName: destination.integrationName,
    consentCategories,
    filters: compileFilters(filters),
  };
  const reduce = compileFilters(filters.flatMap(reducingPart));
  const replayed = goesAsReplay(pointer.replayId);
  const ask = replayed ? replayGate : gate;
  const askedAgain = resendIdOf(pointer.replayId) !== undefined && claim.attempt === 1;
  return {
    count: claim.count,
    lanes: lanesOf(claim.lanes, subscriptions),
    gate: (event) => ask(event, before, chance),
    again(event) {
      if (askedAgain) return ask(event, before, { ...chance, random: LUCKY });
      const reduced = reduce(replayed ? asReplayed(event, before) : event, pointer.sourceId, chance);
      return reduced.pass ? reduced : { ...reduced, reason: "FILTERED_BY_RULES" };
    },
    fires,
  };
}
