import type { SettingValue } from "../../src/core/catalog.ts";
import type { Connection, DestinationTools, PerformCall } from "../../src/destinations/destination.ts";
import { findDestination } from "../../src/destinations/registry.ts";

/** A request as the far end sees it. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

export const EVENT = {
  type: "track",
  event: "Order Completed",
  messageId: "m-1",
  userId: "u-1",
  anonymousId: "a-1",
  timestamp: "2026-11-20T10:00:00.000Z",
  properties: { total: 12, email: "ada@example.com" },
  context: {},
};

/** Tools whose far end is a function, and all that it was sent. */
export function farEnd(answer: (sent: Sent) => Response | Promise<Response>): {
  readonly tools: DestinationTools;
  readonly sent: Sent[];
} {
  const sent: Sent[] = [];
  const tools: DestinationTools = {
    async fetch(url, init) {
      init.signal?.throwIfAborted();
      const { body, method = "GET" } = init;
      const text = body === undefined || body === null ? "" : await new Response(body).text();
      const request = { method, url, headers: new Headers(init.headers), body: text };
      sent.push(request);
      return answer(request);
    },
    hmacSha1Hex: () => Promise.reject(new Error("not asked for")),
    now: () => Date.now(),
  };
  return { tools, sent };
}

export type Settings = Record<string, SettingValue>;

/** A destination as the consumer opens it, and the tokens that it asked to keep. */
export async function connect(
  metadataId: string,
  settings: Settings,
  destinationId = "dst_1",
): Promise<{ connection: Connection; saved: Record<string, string>[] }> {
  const destination = await findDestination(metadataId);
  if (destination === undefined) throw new Error(`there is no destination ${metadataId}`);
  const saved: Record<string, string>[] = [];
  const saveTokens = async (tokens: Record<string, string>): Promise<void> => void saved.push(tokens);
  const opened = destination.open(settings, { destinationId, saveTokens });
  if (!opened.ok) throw new Error(opened.error);
  return { connection: opened.value, saved };
}

export const call = (given: Omit<PerformCall, "signal"> & { signal?: AbortSignal }): PerformCall => ({
  signal: new AbortController().signal,
  ...given,
});
