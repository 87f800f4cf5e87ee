import type { EventType } from "./event.ts";
import { describeKind, isAbsent, isJsonObject, type JsonObject } from "./json.ts";
import { LIMITS } from "./limits.ts";
import { reject, type Rejection } from "./rejection.ts";

/** A rule looks at one message and names what is wrong with it, if anything. */
type Rule = (message: JsonObject) => Rejection | undefined;

const isFilled = (value: unknown): value is string => typeof value === "string" && value !== "";

const wrong = (field: string, value: unknown): string => `${field} is ${describeKind(value)}`;

/** `""` counts as absent: RudderStack's browser SDK sends it for nobody. Numbers are refused, as Segment does. */
const checkIds: Rule = (message) => {
  for (const field of ["userId", "anonymousId"]) {
    const value = message[field];
    if (!isAbsent(value) && typeof value !== "string") return reject("id_not_string", wrong(field, value));
  }
  return isFilled(message["userId"]) || isFilled(message["anonymousId"]) ? undefined : reject("no_user_anon_id");
};

const checkMessageId: Rule = (message) => {
  const id = message["messageId"];
  if (isAbsent(id)) return undefined;
  if (typeof id !== "string") return reject("message_id_not_string", wrong("messageId", id));
  if (id.length > LIMITS.messageIdChars) return reject("message_id_not_string", `${id.length} characters`);
  // Ids are compared by their UTF-8, in which all lone surrogates are one: two events would count as duplicates.
  return id.isWellFormed() ? undefined : reject("message_id_not_string", "it holds half a character");
};

const needId = (message: JsonObject, field: string): Rejection | undefined => {
  const value = message[field];
  if (isAbsent(value) || value === "") return reject("id_required", field);
  return typeof value === "string" ? undefined : reject("id_not_string", wrong(field, value));
};

const needObject =
  (field: "properties" | "traits"): Rule =>
  (message) => {
    const value = message[field];
    return isAbsent(value) || isJsonObject(value) ? undefined : reject(`${field}_not_object`, wrong(field, value));
  };

const checkNaming: Rule = (message) => {
  for (const field of ["name", "category"] as const) {
    const value = message[field];
    if (!isAbsent(value) && !isFilled(value)) return reject(`${field}_not_string`, wrong(field, value));
  }
  return undefined;
};

const checkEvent: Rule = (message) => {
  const event = message["event"];
  if (isAbsent(event)) return reject("event_not_defined");
  return isFilled(event) ? undefined : reject("event_not_string", wrong("event", event));
};

/** `previousId` may be left to the anonymousId, as analytics.js does it (messages.md §2.3). */
const checkAlias: Rule = (message) =>
  needId(message, "userId") ??
  (isAbsent(message["previousId"]) && isFilled(message["anonymousId"]) ? undefined : needId(message, "previousId"));

const OF_TYPE: Readonly<Record<EventType, readonly Rule[]>> = {
  identify: [needObject("traits")],
  track: [checkEvent, needObject("properties")],
  page: [checkNaming, needObject("properties")],
  screen: [checkNaming, needObject("properties")],
  group: [(message) => needId(message, "groupId"), needObject("traits")],
  alias: [checkAlias],
};

const checkConsent = (consent: unknown): Rejection | undefined => {
  if (!isJsonObject(consent)) return reject("consent_fields_should_be_object", wrong("context.consent", consent));
  const { categoryPreferences, version } = consent;
  if (isAbsent(categoryPreferences)) return reject("consent_categorypreferences_should_exist");
  if (!isJsonObject(categoryPreferences)) {
    return reject("consent_fields_should_be_object", wrong("categoryPreferences", categoryPreferences));
  }
  const odd = Object.entries(categoryPreferences).find(([, value]) => typeof value !== "boolean");
  if (odd !== undefined)
    return reject("consent_categorypreferences_should_be_bool", wrong(odd[0].slice(0, 100), odd[1]));
  return isAbsent(version) || typeof version === "number"
    ? undefined
    : reject("consent_version_should_be_number", wrong("version", version));
};

/** Rules on the context as it will be stored, batch-level part included. */
export function checkContext(context: JsonObject): Rejection | undefined {
  const { device, consent } = context;
  const advertisingId = isJsonObject(device) ? device["advertisingId"] : undefined;
  if (!isAbsent(advertisingId) && typeof advertisingId !== "string") {
    return reject("device_advertisingid_should_be_string", wrong("advertisingId", advertisingId));
  }
  return isAbsent(consent) ? undefined : checkConsent(consent);
}

/** Segment's rules for one message of a known type (ingest.md §1.6, messages.md §2.4). The first broken one counts. */
export function checkMessage(message: JsonObject, type: EventType): Rejection | undefined {
  const common = checkIds(message) ?? checkMessageId(message);
  if (common !== undefined) return common;
  for (const rule of OF_TYPE[type]) {
    const rejection = rule(message);
    if (rejection !== undefined) return rejection;
  }
  return undefined;
}
