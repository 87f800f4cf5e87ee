import { isAbsent, isJsonObject, type JsonObject } from "./json.ts";

/** Tells destinations that somebody changed or withdrew consent, so it goes out whatever was consented to. */
const PREFERENCE_EVENT = "Segment Consent Preference Updated";

const hasEntries = (value: unknown): boolean => isJsonObject(value) && Object.keys(value).length > 0;

/**
 * Whether the end user's consent, in `context.consent`, lets an event go to a destination (quality.md §4.10): all
 * categories of the destination must be `true` there. A destination without categories needs no consent, and an event
 * that says nothing of consent is not held back by it.
 * @param categories ids, case-sensitive.
 */
export function allowsConsent(event: JsonObject, categories: readonly string[]): boolean {
  if (categories.length === 0) return true;
  if (event["type"] === "track" && event["event"] === PREFERENCE_EVENT) return true;
  const context = event["context"];
  const consent = isJsonObject(context) ? context["consent"] : undefined;
  if (isAbsent(consent)) return true;
  const preferences = isJsonObject(consent) ? consent["categoryPreferences"] : undefined;
  // An empty consent object says nothing, unless the event also says which tools it is for.
  if (isJsonObject(consent) && isAbsent(preferences)) return !hasEntries(event["integrations"]);
  if (!isJsonObject(preferences)) return false;
  return categories.every((category) => Object.hasOwn(preferences, category) && preferences[category] === true);
}
