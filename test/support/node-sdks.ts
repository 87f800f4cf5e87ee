import { createRequire } from "node:module";
import { expect } from "vitest";
import Rudder from "@rudderstack/rudder-sdk-node";
import { Analytics as Analytics3 } from "@segment/analytics-node";
import { Analytics as Analytics2 } from "analytics-node-2";
import type { EventType } from "../../src/core/event.ts";

/** The six calls, each with one message, as all server SDKs have them. */
export type Calls = Readonly<Record<EventType, (message: Record<string, unknown>) => unknown>>;

export interface NodeSdk {
  /** As on npm. */
  readonly name: string;
  /** What it says of itself in `context.library`. */
  readonly library: { readonly name: string; readonly version: string };
  /** The message ids it makes. */
  readonly messageId: RegExp;
  /** Headers of its own that its calls carry. */
  readonly headers: Record<string, unknown>;
  /** Context it makes of a call beside `library`. */
  readonly addsContext?: (message: Record<string, unknown>) => object;
  /** A client of the SDK, pointed at `host` and otherwise left as its makers ship it. */
  open(writeKey: string, host: string): { readonly calls: Calls; flush(): Promise<unknown> };
}

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";

const BASIC: unknown = expect.stringMatching(/^Basic [A-Za-z0-9+/]+=*$/);

const require = createRequire(import.meta.url);
const versionOf = (name: string): string =>
  (require(`../../node_modules/${name}/package.json`) as { version: string }).version;

/** It ships no types. */
const Analytics6 = require("analytics-node") as new (
  writeKey: string,
  options: { host: string },
) => Calls & { flush(): Promise<unknown> };

export const NODE_SDKS: readonly NodeSdk[] = [
  {
    name: "@segment/analytics-node 3",
    library: { name: "@segment/analytics-node", version: versionOf("@segment/analytics-node") },
    messageId: new RegExp(`^node-next-\\d{13}-${UUID}$`),
    headers: { "user-agent": "analytics-node-next/latest", authorization: BASIC },
    open(writeKey, host) {
      const client = new Analytics3({ writeKey, host });
      return { calls: client as unknown as Calls, flush: () => client.closeAndFlush() };
    },
  },
  {
    name: "@segment/analytics-node 2",
    library: { name: "@segment/analytics-node", version: versionOf("analytics-node-2") },
    messageId: new RegExp(`^node-next-\\d{13}-${UUID}$`),
    // No Authorization: it names the write key in the body alone.
    headers: { "user-agent": "analytics-node-next/latest" },
    open(writeKey, host) {
      const client = new Analytics2({ writeKey, host });
      return { calls: client as unknown as Calls, flush: () => client.closeAndFlush() };
    },
  },
  {
    name: "analytics-node 6",
    library: { name: "analytics-node", version: versionOf("analytics-node") },
    messageId: new RegExp(`^node-[0-9a-f]{32}-${UUID}$`),
    headers: { "user-agent": "analytics-node/6.2.0", authorization: BASIC },
    open(writeKey, host) {
      const client = new Analytics6(writeKey, { host });
      return { calls: client, flush: () => client.flush() };
    },
  },
  {
    name: "@rudderstack/rudder-sdk-node 3",
    // It calls itself by the name of the library it was forked from.
    library: { name: "analytics-node", version: versionOf("@rudderstack/rudder-sdk-node") },
    messageId: new RegExp(`^${UUID}$`),
    headers: { "content-encoding": "gzip", "content-type": "application/x-www-form-urlencoded", authorization: BASIC },
    addsContext: ({ traits, groupId }) => (traits !== undefined && groupId === undefined ? { traits } : {}),
    open(writeKey, host) {
      const client = new Rudder(writeKey, { dataPlaneUrl: host, logLevel: "error" });
      return { calls: client as unknown as Calls, flush: () => client.flush() };
    },
  },
];
