import { expect, it } from "vitest";
import { takeAlertTasks, type AlertDeps } from "../../queues/alerts.ts";
import { ALERTS, type Notification } from "../../src/core/alert.ts";
import { DELIVERY } from "../../src/core/delivery.ts";
import { testBatch } from "../support/queue-batch.ts";

const message = (_: unknown, i: number): Notification => ({
  id: `m${i}`,
  ruleId: "a",
  kind: "firing",
  at: 0,
  sentence: "…",
  link: "/health",
  attempts: [],
  nextAt: 0,
});

it("begins no message that could still be on its way when the lease ends; the rest stays due", async () => {
  let now = 1_000_000;
  const leaseUntil = now + ALERTS.leaseMs;
  const attempted: string[] = [];
  let released = false;
  const deps: AlertDeps = {
    claim: async () => ({ status: "granted", look: false, token: 1 }),
    rules: async () => [
      { id: "a", name: "A", rule: { type: "health", severity: "critical" }, kind: "slack", consoleUrl: "" },
    ],
    look: () => Promise.reject(new Error("not asked for")),
    looked: async () => undefined,
    due: async () => Array.from({ length: 100 }, message),
    async send() {
      expect(now + DELIVERY.requestTimeoutMs).toBeLessThanOrEqual(leaseUntil);
      // Six at once, each nine seconds long.
      now += 1500;
      return { at: now, ok: false, words: "No answer." };
    },
    attempted: async (id) => void attempted.push(id),
    release: async () => void (released = true),
    now: () => now,
  };
  await takeAlertTasks(testBatch<unknown>({ alerts: "look" }).batch as never, deps);
  expect(attempted.length).toBeGreaterThan(50);
  expect(attempted.length).toBeLessThan(100);
  expect(released).toBe(true);
});
