import { collectRoutes } from "../../src/collect/routes.ts";
import type { EventType } from "../../src/core/event.ts";
import { memoryAcceptDeps, type MemoryDeps } from "./memory-deps.ts";

export interface Post {
  readonly headers?: Record<string, string>;
  readonly deps?: MemoryDeps;
}

/** Posts to the porch's door over memory deps and waits until it has told everybody. */
export async function post(path: string, body: unknown, { headers = {}, deps = memoryAcceptDeps() }: Post = {}) {
  const text = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
  const response = await collectRoutes(deps).request(path, { method: "POST", body: text, headers });
  await deps.settle();
  return { response, text: await response.text(), deps };
}

export const basic = (key: string): Record<string, string> => ({ authorization: `Basic ${btoa(`${key}:`)}` });

/** What each call needs besides an id. */
const NEEDS = {
  identify: {},
  track: { event: "x" },
  page: {},
  screen: {},
  group: { groupId: "g" },
  alias: { previousId: "p" },
};
/** A good message of a type, for the test source's key. */
export const message = (type: EventType) => ({ ...NEEDS[type], userId: "u", messageId: "m1", writeKey: "wk_1" });
