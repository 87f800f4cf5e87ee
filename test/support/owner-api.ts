import { TEST_SECRETS } from "./secrets.ts";

/** Calls the control plane as the owner; the answer's `data`. Throws with the answer when it is a refusal. */
export async function callAsOwner<T>(url: URL, method: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${TEST_SECRETS.INLET_ADMIN_TOKEN}`, "content-type": "application/json" },
    ...(signal === undefined ? {} : { signal }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url.pathname} → ${response.status}: ${text}`);
  return (JSON.parse(text) as { data: T }).data;
}
