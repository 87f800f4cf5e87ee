/**
 * Why something did not get in. Codes are Segment's published discard reasons where they exist (ingest.md §1.6);
 * the sentence is what the debugger shows a person, so it says what was wrong and, where possible, what to send.
 */
export const REJECTIONS = {
  no_user_anon_id: "Neither userId nor anonymousId is a non-empty string.",
  event_not_defined: "A track call needs an event name.",
  event_not_string: "The event name must be a non-empty string.",
  properties_not_object: "properties must be an object.",
  traits_not_object: "traits must be an object.",
  name_not_string: "name must be a non-empty string.",
  category_not_string: "category must be a non-empty string.",
  id_required: "An id this call needs is missing or empty.",
  id_not_string: "An id must be a string.",
  device_advertisingid_should_be_string: "context.device.advertisingId must be a string.",
  consent_categorypreferences_should_exist: "context.consent needs categoryPreferences.",
  consent_fields_should_be_object: "context.consent and its categoryPreferences must be objects.",
  consent_categorypreferences_should_be_bool: "Each consent category preference must be true or false.",
  consent_version_should_be_number: "context.consent.version must be a number.",
  message_not_object: "A message must be a JSON object.",
  type_not_supported: "type must be one of identify, track, page, screen, group, alias.",
  message_id_not_string: "messageId must be a non-empty string of at most 100 characters.",
  message_too_large: "The message is larger than 32 kB.",
  message_too_deep: "The message is nested more than 64 levels deep.",
  context_not_object: "context must be an object.",
  integrations_not_object: "integrations must be an object.",
  empty_batch: "The batch holds no messages.",
  batch_not_array: "batch must be an array of messages.",
  batch_too_many_items: "A batch may hold at most 2,500 messages.",
  request_too_large: "The request body is too large (32 kB for one message, 500 kB for a batch).",
  bad_request: "The body is not valid JSON.",
  bad_encoding: "The body could not be decompressed.",
  pixel_data_not_json: "The pixel's data is not a JSON message in base64.",
  link_unsigned: "This link has no signature.",
  link_altered: "This link was changed after it was signed, or signed with another key.",
  link_ambiguous: "This link names more than one target or signature.",
  link_target: "The target of this link is not a web address.",
  source_disabled: "The source is switched off.",
  unknown_source: "No source has this write key.",
  origin_not_allowed: "This origin is not on the source's list of allowed origins.",
  rate_limited: "The source is over its request rate; the client was told to retry.",
  unavailable: "Nothing durable could be had; the client was told to retry.",
} as const;

export type RejectionReason = keyof typeof REJECTIONS;

/**
 * What a client is told. SDKs drop on 4xx and retry on 429 and 5xx, so that everything a retry cannot mend is
 * answered 200 (ingest.md §1.6); the reason is in the debugger.
 */
const WIRE_STATUS: Readonly<Record<RejectionReason, 200 | 400 | 429 | 503>> = {
  no_user_anon_id: 200,
  event_not_defined: 200,
  event_not_string: 200,
  properties_not_object: 200,
  traits_not_object: 200,
  name_not_string: 200,
  category_not_string: 200,
  id_required: 200,
  id_not_string: 200,
  device_advertisingid_should_be_string: 200,
  consent_categorypreferences_should_exist: 200,
  consent_fields_should_be_object: 200,
  consent_categorypreferences_should_be_bool: 200,
  consent_version_should_be_number: 200,
  message_not_object: 200,
  type_not_supported: 200,
  message_id_not_string: 200,
  message_too_large: 400,
  message_too_deep: 200,
  context_not_object: 200,
  integrations_not_object: 200,
  empty_batch: 200,
  batch_not_array: 200,
  batch_too_many_items: 200,
  request_too_large: 400,
  bad_request: 400,
  bad_encoding: 400,
  pixel_data_not_json: 200,
  link_unsigned: 400,
  link_altered: 400,
  link_ambiguous: 400,
  link_target: 400,
  source_disabled: 200,
  unknown_source: 200,
  origin_not_allowed: 200,
  rate_limited: 429,
  unavailable: 503,
};

/** The HTTP status a refusal is answered with. A refused link's 400 is a page for the person who opened it. */
export const wireStatus = (reason: RejectionReason): 200 | 400 | 429 | 503 => WIRE_STATUS[reason];

/** One refused message or request. `detail` names the offending field or value where that helps. */
export interface Rejection {
  readonly reason: RejectionReason;
  readonly detail?: string;
}

export const reject = (reason: RejectionReason, detail?: string): Rejection =>
  detail === undefined ? { reason } : { reason, detail };

/** `The message is larger than 32 kB.` and `it has 40000 bytes` → one sentence, the detail after a colon. */
export function withDetail(sentence: string, detail: string | undefined): string {
  if (detail === undefined || detail === "") return sentence;
  return `${sentence.replace(/\.$/, "")}: ${detail}${/[.!?]$/.test(detail) ? "" : "."}`;
}

/** The reason as a sentence, with its detail. */
export const describeRejection = ({ reason, detail }: Rejection): string => withDetail(REJECTIONS[reason], detail);
