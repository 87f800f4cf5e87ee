import { classifyHttp, networkReason, parseRetryAfter, type Outcome } from "../../src/core/delivery.ts";
import {
  isOurLimit,
  type Batching,
  type Connection,
  type DeliveredEvent,
  type Destination,
  type PerformCall,
} from "../../src/destinations/destination.ts";

const HOOK = "https://hook.example";

function outcomeOf(status: number, text: string, retryAfter: string | null, call: PerformCall, body: string): Outcome {
  const verdict = classifyHttp(status);
  if (verdict === "delivered") return { status: "delivered" };
  const exchange = { sent: body, request: `POST ${HOOK}`, response: `${status} ${text}` };
  const facts = { reason: String(status), detail: `${status} ${text}`, exchange };
  if (verdict === "abandoned") {
    const whole = call.events.length > 1 ? { batchStatus: status } : {};
    return { status: "abandoned", who: "user", ...facts, ...whole };
  }
  const retryAfterMs = parseRetryAfter(retryAfter, call.tools.now());
  return { status: "retry", ...facts, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

async function send(call: PerformCall, path: unknown): Promise<readonly Outcome[]> {
  const { events, tools, signal } = call;
  const body = JSON.stringify(events.length > 1 ? events : events[0]);
  try {
    const response = await tools.fetch(`${HOOK}${String(path)}`, { method: "POST", body, signal });
    const text = await response.text();
    const retryAfter = response.headers.get("retry-after");
    if (response.status === 207) {
      const statuses = JSON.parse(text) as number[];
      return events.map((event, i) =>
        outcomeOf(statuses[i] ?? 500, "", null, { ...call, events: [event] }, JSON.stringify(event)),
      );
    }
    return events.map(() => outcomeOf(response.status, text, retryAfter, call, body));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (isOurLimit(message)) throw error;
    const reason = signal.aborted ? "ETIMEDOUT" : networkReason(message);
    return events.map(() => ({ status: "retry", reason, detail: message }));
  }
}

/**
 * A destination that posts each event, or each batch as an array, to `https://hook.example<path>` and believes the
 * status; a 207 gives one status per event. The path is the mapping's, else the setting of that name; the setting
 * `broken` keeps it from opening.
 */
export function hookDestination(batching: () => Batching | undefined): Destination {
  const unused = () => Promise.reject(new Error("not tested here"));
  return {
    id: "hook",
    name: "Hook",
    open(settings) {
      if (settings["broken"] === true) return { ok: false, error: "broken: must be false" };
      const connection: Connection = {
        batching,
        perform: (call) => send(call, call.mapping["path"] ?? settings["path"] ?? "/in"),
        test: unused,
        testAuthentication: unused,
      };
      return { ok: true, value: connection };
    },
  };
}

/** The events of a request, text or bytes, one or several. */
export async function eventsIn(body: BodyInit | null | undefined): Promise<DeliveredEvent[]> {
  const parsed = await new Response(body).json<DeliveredEvent | DeliveredEvent[]>();
  return Array.isArray(parsed) ? parsed : [parsed];
}
