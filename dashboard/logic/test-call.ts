import { plural } from "./times.ts";
import type { FormId, SetupFacts } from "./recipes.ts";

/** One HTTP request that a browser can make for a set-up tab. Paths are relative: the console's own host. */
export interface TestCall {
  readonly how: "fetch" | "image";
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What is really sent, in words, because not every form can be run from a page. */
  readonly says: string;
}

export const TEST_EVENT = "Inlet Test Event";

/**
 * The request by which a tab tests itself. `probe` becomes the anonymousId, by which the debugger finds the
 * event again; every form can carry one.
 */
export function testCall(
  form: FormId,
  facts: Pick<SetupFacts, "pathPrefix" | "writeKey">,
  probe: string,
  now: Date,
): TestCall {
  const { pathPrefix, writeKey } = facts;
  const sentAt = now.toISOString();
  const message = {
    type: "track",
    event: TEST_EVENT,
    anonymousId: probe,
    messageId: `${probe}-1`,
    properties: { form },
    context: {
      library: { name: form === "snippet" || form === "npm" ? "inlet-console-browser" : "inlet-console", version: "1" },
    },
    timestamp: sentAt,
  };
  const authorization = `Basic ${btoa(`${writeKey}:`)}`;
  const post = (path: string, type: string, body: unknown, says: string): TestCall => ({
    how: "fetch",
    method: "POST",
    path: `${pathPrefix}${path}`,
    headers: { "content-type": type, authorization },
    body: JSON.stringify(body),
    says,
  });
  const batch = { batch: [message], writeKey, sentAt };
  switch (form) {
    case "snippet":
      return post(
        "/v1/t",
        "text/plain",
        { ...message, writeKey, sentAt },
        "the request analytics.js makes for a track call",
      );
    case "npm":
      return post("/v1/b", "text/plain", batch, `the request analytics.js makes for a batch of ${plural(1, "event")}`);
    case "node":
      return post(
        "/v1/batch",
        "application/json",
        batch,
        "the request the Node library makes (this page cannot run Node)",
      );
    case "mobile":
      return post(
        "/v1/b",
        "application/json; charset=utf-8",
        batch,
        "the request the mobile libraries make (this page cannot run them)",
      );
    case "curl":
      return post(
        "/v1/track",
        "application/json",
        { ...message, sentAt },
        "the same request as the command, from this page",
      );
    case "pixel": {
      const data = btoa(JSON.stringify({ ...message, writeKey }))
        .replaceAll("+", "-")
        .replaceAll("/", "_")
        .replace(/=+$/, "");
      return {
        how: "image",
        method: "GET",
        path: `${pathPrefix}/v1/pixel/track?data=${data}`,
        headers: {},
        says: "a real image of this page",
      };
    }
    case "query": {
      const search = new URLSearchParams({ writeKey, ajs_aid: probe, ajs_event: TEST_EVENT, ajs_prop_form: form });
      return {
        how: "fetch",
        method: "GET",
        path: `${pathPrefix}/v1/q?${search}`,
        headers: {},
        says: "the address itself, opened by this page",
      };
    }
    default:
      return form satisfies never;
  }
}
