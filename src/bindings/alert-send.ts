import { messageBody } from "../core/alert-message.ts";
import type { Attempt, Notification, OpenAlert } from "../core/alert.ts";
import { DELIVERY, networkReason } from "../core/delivery.ts";
import { timeLimit } from "./delivery-deps.ts";
import { hmacSha1Hex } from "./hmac-sha1.ts";

/** Out of here, by the rules for destinations. */
type GuardedFetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * Sends a message to its channel, signed as our webhooks are: `X-Signature` is the hex HMAC-SHA1 of the body. Redirects
 * are not followed. What is told of it names neither the address nor the answer's text, which may repeat it; only one of
 * Slack's codes (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
 */
export async function sendMessage(
  alert: OpenAlert,
  message: Notification,
  { fetch, now }: { readonly fetch: GuardedFetch; now(): number },
): Promise<Attempt> {
  const attempt = (ok: boolean, words: string): Attempt => ({ at: now(), ok, words });
  const { url, sharedSecret } = alert;
  if (url === undefined) return attempt(false, "The address was sealed with another INLET_SEAL_KEY: set it again.");
  const body = messageBody(alert, message);
  const headers = new Headers({ "content-type": "application/json", "user-agent": "Inlet" });
  if (sharedSecret !== undefined) headers.set("x-signature", await hmacSha1Hex(sharedSecret, body));
  const limit = timeLimit(DELIVERY.requestTimeoutMs);
  try {
    const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal: limit.signal });
    const code = alert.kind === "slack" && !response.ok ? await slackCode(response) : "";
    await response.body?.cancel();
    return attempt(response.ok, `It answered ${response.status}${code}.`);
  } catch (error) {
    return attempt(false, wordsOf(error, limit.signal.aborted));
  } finally {
    limit.clear();
  }
}

/** Slack's name for what is wrong, such as `: no_service`; nothing of any other text. */
async function slackCode({ body }: Response): Promise<string> {
  const reader = body?.getReader();
  if (reader === undefined) return "";
  const { value } = await reader.read();
  reader.releaseLock();
  const text = new TextDecoder().decode(value?.subarray(0, 64));
  return /^[a-z]+(?:_[a-z]+){1,4}$/.test(text) ? `: ${text}` : "";
}

function wordsOf(error: unknown, late: boolean): string {
  if (late) return `No answer within ${DELIVERY.requestTimeoutMs / 1000} s.`;
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  if (code === "EREFUSED") return "Not sent: this address may not be reached from here.";
  return `Nothing answered (${networkReason(message ?? "")}).`;
}
