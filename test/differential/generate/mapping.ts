import type { Random } from "../../support/random.ts";
import type { Mapping } from "../case.ts";
import type { Fields, UpstreamAction, Variant } from "../catalogue.ts";
import { objectFor, plausible } from "./values.ts";

/** What a save hook would have left in the mapping: the outputs that the action's code reads. */
function hookResults(action: UpstreamAction, random: Random): Mapping {
  const results: Mapping = {};
  for (const [type, hook] of Object.entries(action.hooks ?? {})) {
    if (random.next() < 0.3) continue;
    results[type] = {
      inputs: objectFor(hook.inputFields ?? {}, random),
      outputs: objectFor(hook.outputTypes ?? {}, random),
    };
  }
  return results;
}

const needs = (fields: Fields, mapping: Mapping): string[] =>
  Object.keys(fields).filter((key) => fields[key]?.required !== undefined && !(key in mapping));

/** The variant's mapping with what a user has to add to it: fields that are required and have no default. */
export function mappingFor(variant: Variant, batch: boolean, random: Random): Mapping {
  const action = variant.definition.actions[variant.action];
  const mapping: Mapping = { ...variant.mapping };
  for (const key of needs(variant.fields, mapping)) {
    const field = variant.fields[key];
    if (field !== undefined && random.next() < 0.97) mapping[key] = plausible(key, field, random);
  }
  for (const [key, field] of Object.entries(variant.fields)) {
    if (key in mapping || key === "enable_batching" || key === "batch_size" || key === "batch_keys") continue;
    if (random.next() < 0.25) mapping[key] = plausible(key, field, random);
  }
  if (action?.syncMode !== undefined) {
    mapping["__segment_internal_sync_mode"] = random.pick(action.syncMode.choices).value;
  }
  if (action !== undefined) Object.assign(mapping, hookResults(action, random));
  if (variant.batches) mapping["enable_batching"] = batch;
  return mapping;
}
