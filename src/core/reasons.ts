/** Who has to act: `user` changes a setting, a mapping or what is sent; `nobody` when it is as the user wants it. */
export type WhoActs = "user" | "destination" | "operator" | "nobody";

/** A reason for people: what it means, who has to act, and what to do. */
export interface ReasonHelp {
  readonly sentence: string;
  readonly who: WhoActs;
  readonly todo: string;
}

const help = (who: WhoActs, sentence: string, todo: string): ReasonHelp => ({ sentence, who, todo });

const NOT_WANTED = "Nothing, if that is what you want.";
const WAITS = "Nothing for now: it is tried again for about four hours, then kept as a dead letter.";
const RESEND = "Put it right, then send the dead letters again.";

/** Stopped before anything is sent (delivery.md §5.2, "filtered at destination"; lower-case ones without `_` are Inlet's). */
const FILTERED: Readonly<Record<string, ReasonHelp>> = {
  FILTERED_BY_RULES: help(
    "nobody",
    "A filter of this destination stopped the event.",
    `${NOT_WANTED} Else change the filter that the detail names.`,
  ),
  FILTERED_BY_INTEGRATIONS_OBJECT: help(
    "nobody",
    "The event's own integrations object switches this destination off.",
    `${NOT_WANTED} Else change the call that sends the event.`,
  ),
  FILTERED_BY_END_USER_CONSENT: help(
    "nobody",
    "The person did not consent to a category that this destination belongs to.",
    `${NOT_WANTED} Else look at the destination's consent categories.`,
  ),
  NO_MATCHING_MAPPING: help(
    "user",
    "No enabled mapping of this destination wants this event.",
    "Add a mapping for it, enable one, or widen a trigger. Nothing to do when the event is not meant to arrive here.",
  ),
  FILTERED_AT_MAPPING: help(
    "user",
    "A mapping took the event, and its settings then left it out.",
    "Look at the conditions in the mapping's fields.",
  ),
  UNKNOWN_INTEGRATION: help(
    "user",
    "The event names a destination that does not exist.",
    "Correct the name in the event's integrations object.",
  ),
  MESSAGE_SENT_CLIENT_SIDE: help(
    "nobody",
    "The event was already sent to this destination on the device.",
    "Nothing: sending it from here as well would double it.",
  ),
  FUNCTIONS_LOCK_OUT: help(
    "operator",
    "The function in front of this destination was stopped because it kept failing.",
    "Look at the function's own errors, mend it and deploy it again.",
  ),
  FAILED_DATA_ENCRYPTION: help("operator", "A field could not be encrypted.", "Look at the encryption settings."),
  destination_disabled: help(
    "user",
    "The destination was switched off when the event came to its turn.",
    "Enable the destination. To keep events waiting instead, pause it.",
  ),
  destination_deleted: help("nobody", "The destination was deleted before the event came to its turn.", "Nothing."),
  source_disconnected: help(
    "nobody",
    "The source was taken away from the destination before the event came to its turn.",
    "Nothing.",
  ),
  subscription_disabled: help(
    "user",
    "The mapping was switched off before the event came to its turn.",
    "Enable the mapping, if its events are wanted.",
  ),
  subscription_deleted: help("nobody", "The mapping was deleted before the event came to its turn.", "Nothing."),
  not_connected: help(
    "nobody",
    "The destination was not handed the event when it came in: it did not exist yet, was switched off, or did not get this source's events.",
    "Nothing: a replay is how it gets the event.",
  ),
  replay_cancelled: help("nobody", "The replay was cancelled before the event came to its turn.", "Nothing."),
  event_gone: help(
    "nobody",
    "The archive keeps the event no longer: its retention was over before it came to its turn.",
    "Nothing. A longer retention keeps events for later replays and re-sends.",
  ),
};

/** At the source (delivery.md §5.2). */
const AT_SOURCE: Readonly<Record<string, ReasonHelp>> = {
  event_setting: help("nobody", "The source's schema blocks this event.", `${NOT_WANTED} Else allow it in the schema.`),
  unplanned: help(
    "user",
    "The tracking plan does not know this event.",
    "Add the event to the plan, or stop sending it.",
  ),
  schema_violation: help("user", "The event breaks a rule of the tracking plan.", "Correct the call, or the rule."),
  unplanned_and_schema_violation: help(
    "user",
    "The tracking plan does not know this event, and it breaks a rule.",
    "Correct the call, or the plan.",
  ),
  common_schema_violation: help(
    "user",
    "The event breaks a rule that the tracking plan has for every event.",
    "Correct the call, or the rule.",
  ),
};

/** Sent, or about to be, and failed (delivery.md §5.2, §5.3). */
const FAILED: Readonly<Record<string, ReasonHelp>> = {
  BAD_REQUEST: help(
    "user",
    "The destination says that the request is wrong.",
    `Look at the sample's request and response, and change the mapping or the event. ${RESEND}`,
  ),
  MESSAGE_REJECTED: help(
    "user",
    "The event does not have what the destination needs.",
    `Look at the detail, and change the mapping or the event. ${RESEND}`,
  ),
  INVALID_SETTINGS: help(
    "user",
    "A setting of this destination is missing or wrong.",
    `Correct the settings that the detail names. ${RESEND}`,
  ),
  UNSUPPORTED_EVENT_TYPE: help(
    "user",
    "The destination takes no events of this type.",
    "Narrow the mapping's trigger to the types it takes.",
  ),
  ETIMEDOUT: help("destination", "The destination did not answer in time.", WAITS),
  ENOTFOUND: help(
    "user",
    "There is no host with the destination's name.",
    `Look for a spelling mistake in its address. ${WAITS}`,
  ),
  EAI_AGAIN: help("destination", "The name of the destination's host could not be looked up.", WAITS),
  ECONNREFUSED: help(
    "destination",
    "The destination's host takes no connections.",
    `See whether its service runs and the port is right. ${WAITS}`,
  ),
  ECONNRESET: help("destination", "The destination broke the connection off.", WAITS),
  ECONNABORTED: help("destination", "The connection to the destination could not be made, or broke off.", WAITS),
  EHOSTUNREACH: help("destination", "There is no way to the destination's host.", WAITS),
  EREFUSED: help(
    "user",
    "Inlet sends nothing to this address: it is private, or Inlet's own.",
    `Use a public address, or ask whoever runs Inlet to allow private ones. ${RESEND}`,
  ),
  RETRY: help(
    "destination",
    "It was tried again and again until its time was up.",
    "When the destination works again, send the dead letters again.",
  ),
  INTERNAL: help(
    "operator",
    "Inlet itself could not do it.",
    "Look at the detail and at the Worker's log. Send the dead letters again when it is mended.",
  ),
};

/** Codes of functions (delivery.md §5.2) are written small. */
const FUNCTIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    bad_request: "BAD_REQUEST",
    invalid_settings: "INVALID_SETTINGS",
    message_rejected: "MESSAGE_REJECTED",
    unsupported_event_type: "UNSUPPORTED_EVENT_TYPE",
    internal: "INTERNAL",
    too_many_requests: "429",
    gateway_timeout: "504",
    retry: "RETRY",
  }),
);

const STATUSES: Readonly<Record<string, ReasonHelp>> = {
  "400": help(
    "user",
    "400: the destination says that the request is wrong.",
    `Look at the sample's request and response, and change the mapping or the event. ${RESEND}`,
  ),
  "401": help(
    "user",
    "401: the destination does not know these credentials.",
    `Enter a valid key or token in the settings. ${RESEND}`,
  ),
  "402": help("user", "402: the destination wants to be paid first.", `Look at your plan there. ${RESEND}`),
  "403": help(
    "user",
    "403: these credentials may not do that.",
    `Give the key or token the right it lacks, or use another. ${RESEND}`,
  ),
  "404": help(
    "user",
    "404: the destination has nothing at this address.",
    `Look at the address, account or object id in the settings and the mapping. ${RESEND}`,
  ),
  "405": help("user", "405: this address does not take such requests.", `Correct the address or the method. ${RESEND}`),
  "408": help("destination", "408: the destination waited too long for the request.", WAITS),
  "409": help(
    "user",
    "409: the request contradicts what the destination holds.",
    `Look at the sample's response. ${RESEND}`,
  ),
  "410": help("user", "410: what was at this address is gone for good.", `Correct the address or object id. ${RESEND}`),
  "413": help(
    "user",
    "413: the request is too large for the destination.",
    `Send less: map fewer fields or lower the batch size. ${RESEND}`,
  ),
  "415": help("user", "415: the destination does not take this format.", `Correct the content type. ${RESEND}`),
  "422": help(
    "user",
    "422: the destination understood the request and cannot use its values.",
    `Look at the sample's response, and change the mapping or the event. ${RESEND}`,
  ),
  "423": help("destination", "423: the destination has locked this object for now.", WAITS),
  "429": help(
    "destination",
    "429: the destination gets too many requests.",
    `Its pause is kept. ${WAITS} When it stays so, ask for a higher limit there or send less.`,
  ),
  "501": help("user", "501: the destination cannot do what was asked.", `Correct the address or the action. ${RESEND}`),
};

const KINDS: Readonly<Record<string, ReasonHelp>> = {
  "3": help(
    "user",
    "The destination answered with a redirect that leads to no answer.",
    `Enter the address it points to. ${RESEND}`,
  ),
  "4": help("user", "The destination refused the request.", `Look at the sample's response. ${RESEND}`),
  "5": help("destination", "The destination has a fault of its own.", WAITS),
};

const KNOWN: ReadonlyMap<string, ReasonHelp> = new Map(
  [FILTERED, AT_SOURCE, FAILED, STATUSES].flatMap((table) => Object.entries(table)),
);

/** Codes that are explained by name (delivery.md §5.2 and Inlet's own); any other still gets an explanation. */
export const KNOWN_REASONS: readonly string[] = [...KNOWN.keys(), ...FUNCTIONS.keys()];

/**
 * What a reason of the ledger means and what to do about it. Destinations make reasons up: an HTTP status is
 * explained by its kind, and an unknown code by sending the reader to the samples.
 */
export function explainReason(reason: string): ReasonHelp {
  const code = FUNCTIONS.get(reason) ?? reason;
  const known = KNOWN.get(code);
  if (known !== undefined) return known;
  const kind = /^[345]\d\d$/.test(code) ? KINDS[code[0] ?? ""] : undefined;
  if (kind !== undefined)
    return { ...kind, sentence: `${code}: ${kind.sentence[0]?.toLowerCase()}${kind.sentence.slice(1)}` };
  return help(
    "user",
    "The destination has its own name for this error.",
    `Look at the detail and the samples. ${RESEND}`,
  );
}
