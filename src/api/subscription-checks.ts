import type { ActionKind } from "../core/destination-kind.ts";
import { inspect } from "../core/sanitise.ts";
import { SUBSCRIPTION_LIMITS, type Mapping } from "../core/subscription.ts";
import { kindOf } from "./catalogue.ts";
import type { ApiDeps, Complaint } from "./deps.ts";
import { invalid, Problem } from "./problem.ts";

/** The action a subscription of this kind of destination can start. */
export async function actionOf(deps: ApiDeps, metadataId: string, actionId: string): Promise<ActionKind> {
  const kind = await kindOf(deps, metadataId);
  const action = kind.actions.find(({ id, slug }) => id === actionId || slug === actionId);
  if (action === undefined) throw invalid(`${kind.name} has no such action.`, "actionId");
  return action;
}

/** Keys that stand in a mapping beside the action's fields (destinations.md §7.3). */
const RESERVED = /^(?:__segment_internal_(?:sync_mode|matching_key|directive)|onMappingSave|retlOnMappingSave)$/;

const asSetting = ({ field, message }: Complaint) => ({
  type: "invalid",
  message,
  field: field === undefined ? "settings" : `settings.${field}`,
});

/** Refuses a mapping that is too large or too deep, names a field the action lacks, or holds a directive that is none. */
export async function checkMapping(deps: ApiDeps, action: ActionKind, mapping: Mapping): Promise<void> {
  if (inspect(mapping).tooDeep) throw invalid("The mapping is nested too deeply.", "settings");
  if (JSON.stringify(mapping).length > SUBSCRIPTION_LIMITS.mappingChars) {
    throw invalid(`The mapping has more than ${SUBSCRIPTION_LIMITS.mappingChars} characters.`, "settings");
  }
  const known = new Set(action.fields.map(({ id }) => id));
  const unknown = Object.keys(mapping)
    .filter((key) => !known.has(key) && !RESERVED.test(key))
    .map((field) => ({ field, message: `The action “${action.name}” has no such field.` }));
  const complaints = [...unknown, ...(await deps.kinds.checkMapping(mapping))];
  if (complaints.length > 0) throw new Problem(422, complaints.map(asSetting));
}

/** Refuses a trigger that cannot be read. */
export function checkTrigger(deps: ApiDeps, trigger: string): void {
  const reason = deps.kinds.checkTrigger(trigger);
  if (reason !== undefined) throw invalid(reason, "trigger");
}
