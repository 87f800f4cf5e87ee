import { classifyHttp, networkReason, parseRetryAfter, type Exchange, type Outcome } from "../core/delivery.ts";
import { clip, maskHeader, maskUrl } from "../core/mask.ts";
import { isOurLimit, type DeliveredEvent } from "./destination.ts";
import { defineDestination, type DeliveryCall } from "./webhook-kind.ts";
import { WEBHOOK_FIELDS, WebhookSettings } from "./webhook-settings.ts";

/** Bytes of an answer that are read, and characters of a sample that are kept. */
const SAMPLE_LIMIT = 2000;

type Call = Omit<DeliveryCall<WebhookSettings>, "events">;

async function headersFor(body: string, { settings, tools }: Call): Promise<Headers> {
  const headers = new Headers({ "content-type": "application/json", "user-agent": "Inlet" });
  for (const given of [settings.headers, settings.secretHeaders]) {
    for (const [name, value] of Object.entries(given)) headers.set(name, value);
  }
  if (settings.sharedSecret !== "") {
    headers.set("x-signature", await tools.hmacSha1Hex(settings.sharedSecret, body));
  }
  return headers;
}

/** The request as a person may see it: the values of secret headers are hidden whatever they are called. */
function describeRequest(headers: Headers, { settings }: Call): string {
  const secret = new Set(Object.keys(settings.secretHeaders).map((name) => name.toLowerCase()));
  const lines = [...headers].map(([name, value]) => `${name}: ${secret.has(name) ? "••••" : maskHeader(name, value)}`);
  return clip([`${settings.method} ${maskUrl(settings.url)}`, ...lines].join("\n"), SAMPLE_LIMIT);
}

/** Shorter ones are part of too many words to be hidden. */
const SECRET_CHARS = 4;

/** What somebody else wrote, without our secrets: error pages like to repeat the request. */
function hideSecrets(text: string, { settings }: Call): string {
  const { secretHeaders, sharedSecret } = settings;
  const values = Object.values(secretHeaders).flatMap((value) => [value, value.replace(/^\S+\s+/, "")]);
  return [...values, sharedSecret]
    .filter((secret) => secret.length >= SECRET_CHARS)
    .reduce((shown, secret) => shown.replaceAll(secret, "••••"), text);
}

/** The start of an answer's body; an answer that breaks off or never ends gives what had come. */
async function readStart(response: Response, call: Call): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  try {
    while (text.length < SAMPLE_LIMIT) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
    await reader.cancel();
  } catch (error) {
    text += `\n(the answer broke off: ${error instanceof Error ? error.message : "unknown"})`;
  }
  return clip(hideSecrets(text, call), SAMPLE_LIMIT);
}

async function judge(response: Response, base: Omit<Exchange, "response">, call: Call): Promise<Outcome> {
  const { status } = response;
  const verdict = classifyHttp(status);
  if (verdict === "delivered") {
    // The status has been given: a body that breaks off afterwards cannot take it back.
    await response.body?.cancel().catch(() => undefined);
    return { status: "delivered" };
  }
  const text = await readStart(response, call);
  const statusText = hideSecrets(response.statusText, call);
  const facts = {
    reason: String(status),
    detail: `${status} ${statusText}`.trim(),
    exchange: { ...base, response: clip(`${status} ${statusText}\n${text}`, SAMPLE_LIMIT) },
  };
  if (verdict === "abandoned") return { status: "abandoned", who: "user", ...facts };
  const retryAfterMs = parseRetryAfter(response.headers.get("retry-after"), call.tools.now());
  return { status: "retry", ...facts, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

async function send(event: DeliveredEvent, call: Call): Promise<Outcome> {
  const { settings, tools, signal } = call;
  const body = JSON.stringify(event);
  const headers = await headersFor(body, call);
  const base = { sent: clip(body, SAMPLE_LIMIT), request: describeRequest(headers, call) };
  try {
    // A redirect is not followed: the signed body would go to a host that nobody has configured.
    const init: RequestInit = { method: settings.method, headers, body, redirect: "manual", signal };
    return await judge(await tools.fetch(settings.url, init), base, call);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (isOurLimit(message)) throw error;
    const detail = signal.aborted ? "no answer in time" : clip(message, 300);
    const reason = signal.aborted ? "ETIMEDOUT" : networkReason(message);
    return { status: "retry", reason, detail, exchange: { ...base, response: `(none) ${detail}` } };
  }
}

/** Each event as one request with the event's JSON as its body (destinations.md §7.7). */
export const webhook = defineDestination<WebhookSettings>({
  id: "webhook",
  name: "Webhooks",
  slug: "webhooks",
  description: "Sends every event as JSON to a URL of yours, signed when you set a shared secret.",
  fields: WEBHOOK_FIELDS,
  settings: WebhookSettings,
  batchSize: 1,
  perform: ({ events, ...call }) => Promise.all(events.map((event) => send(event, call))),
});
