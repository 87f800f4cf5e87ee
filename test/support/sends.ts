import type { DeliveryLine } from "../../src/core/settle-lines.ts";
import type { SubscriptionRecord } from "../../src/core/subscription.ts";
import type { Send } from "../../src/destinations/decide.ts";

/** An enabled subscription of action `send` that fires for everything. */
export const testSubscription = (overrides: Partial<SubscriptionRecord> = {}): SubscriptionRecord => ({
  id: "sub_1",
  destinationId: "dst_1",
  name: "Everything",
  actionId: "send",
  enabled: true,
  trigger: 'type = "track"',
  mapping: {},
  createdAt: 0,
  updatedAt: 0,
  ...overrides,
});

/** A line as it is read from a segment. */
export function testLine(line: number, event: Record<string, unknown> = { type: "track", line }): DeliveryLine {
  return { line, text: JSON.stringify(event), event };
}

/** Lines 0 … n−1 on their way to one subscription; each event says which line it is. */
export function testSends(count: number, subscription = testSubscription()): Send[] {
  return Array.from({ length: count }, (_, line) => {
    const read = testLine(line);
    return { cell: count + line, line: read, event: read.event!, subscription };
  });
}
