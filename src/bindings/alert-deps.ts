import type { AlertDeps } from "../../queues/alerts.ts";
import type { AlertDesk } from "../api/deps.ts";
import type { Attempt, Notification, OpenAlert } from "../core/alert.ts";
import { checkHealth } from "../core/health-check.ts";
import { sendMessage } from "./alert-send.ts";
import { catalogOf } from "./catalog.ts";
import { createHealthDeps } from "./health-deps.ts";

const watchOf = (env: Env) => env.WATCH.getByName("workspace");

type Send = (alert: OpenAlert, message: Notification) => Promise<Attempt>;
type GuardedFetch = (url: string, init: RequestInit) => Promise<Response>;

const now = (): number => Date.now();
const sendThrough =
  (fetch: GuardedFetch): Send =>
  (alert, message) =>
    sendMessage(alert, message, { fetch, now });

/** What the consumer of ALERTS needs. */
export function createAlertDeps(env: Env, fetch: GuardedFetch): AlertDeps {
  const watch = () => watchOf(env);
  return {
    claim: () => watch().claim(),
    rules: () => catalogOf(env).openAlerts(),
    async look() {
      const health = createHealthDeps(env, now);
      const [sources, destinations] = await Promise.all([health.sources(), health.destinations()]);
      let report: ReturnType<typeof checkHealth> | undefined;
      return {
        sourceName: (id) => sources.find((one) => one.id === id)?.name,
        destinationName: (id) => destinations.find((one) => one.id === id)?.name,
        source: health.source,
        destination: health.destination,
        health: () => (report ??= checkHealth(health)),
      };
    },
    looked: (token, verdicts) => watch().looked(token, verdicts),
    due: () => watch().due(),
    send: sendThrough(fetch),
    attempted: (id, attempt) => watch().attempted(id, attempt),
    release: (token) => watch().release(token),
    now,
  };
}

/** The alerts for the control plane: how they stand, and tests. */
export function createAlertDesk(env: Env, fetch: GuardedFetch): AlertDesk {
  const send = sendThrough(fetch);
  return {
    view: () => watchOf(env).view(),
    refresh: (changed) => watchOf(env).refresh(changed),
    async test(alertId, sentence) {
      const alert = await catalogOf(env).openAlert(alertId);
      if (alert === null) return null;
      const message: Notification = {
        id: crypto.randomUUID(),
        ruleId: alertId,
        kind: "test",
        at: now(),
        sentence,
        link: "/alerts",
        attempts: [],
      };
      return watchOf(env).tested(message, await send(alert, message));
    },
  };
}
