import { isJsonObject, type JsonObject } from "./json.ts";
import { LIMITS } from "./limits.ts";

/** What the connection says about the sender; see CollectClient. */
export interface Sender {
  readonly ip?: string;
  readonly userAgent?: string;
  readonly clientSide: boolean;
}

/**
 * Libraries that run on a person's device even when they post to a server path. RudderStack's and Jitsu's browser
 * libraries are recognised by their Origin header already.
 */
const DEVICE_LIBRARY =
  /^(?:analytics\.js|analytics-(?:ios|android|swift|kotlin|flutter)|@segment\/analytics-(?:next|react-native)|rudder-(?:ios|android)-(?:library|client))/i;

/** Whether a person's device made this event: the request shows it, or the library's name does. */
export function isFromDevice(context: JsonObject, sender: Sender): boolean {
  if (sender.clientSide) return true;
  const library = context["library"];
  const name = isJsonObject(library) ? library["name"] : undefined;
  return typeof name === "string" && DEVICE_LIBRARY.test(name);
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

/** Segment does not collect IPv6 by itself (messages.md §2.2). */
const isIpv4 = (ip: string | undefined): ip is string => ip !== undefined && /^\d{1,3}(?:\.\d{1,3}){3}$/.test(ip);

/**
 * The batch's context under the item's own: whole keys win (a page of one and a title of another make no page).
 * The caller's objects are not touched; without a batch-level one the item's own object is returned as it is.
 */
export function mergeUnder(own: JsonObject | undefined, shared: JsonObject | undefined): JsonObject {
  if (shared === undefined) return own ?? {};
  return own === undefined ? shared : { ...shared, ...own };
}

/**
 * Fills `ip` and `userAgent` from the connection (ingest.md §1.12): only for events from a person's device, or `ip`
 * when the client asks with `context.direct`. A text the client sent stays, `0.0.0.0` included: that is the
 * documented way to send no address. Server-side calls without an ip get none: theirs is the server's.
 */
export function enrichContext(context: JsonObject, sender: Sender, fromDevice: boolean): JsonObject {
  const wantsIp = (fromDevice || context["direct"] === true) && !isText(context["ip"]) && isIpv4(sender.ip);
  const wantsAgent = fromDevice && !isText(context["userAgent"]) && isText(sender.userAgent);
  if (!wantsIp && !wantsAgent) return context;
  return {
    ...context,
    ...(wantsIp ? { ip: sender.ip } : {}),
    ...(wantsAgent ? { userAgent: sender.userAgent?.slice(0, LIMITS.userAgentChars) } : {}),
  };
}
