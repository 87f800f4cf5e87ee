import { judge, type VerdictDeps } from "../src/core/alert-verdict.ts";
import {
  ALERTS,
  type Attempt,
  type JudgedRule,
  type Notification,
  type OpenAlert,
  type WatchClaim,
} from "../src/core/alert.ts";
import { DELIVERY } from "../src/core/delivery.ts";
import { inParallel } from "../src/core/pool.ts";
import { logError } from "../src/log/log.ts";

/** What looking at alert rules needs. Supplied by bindings/alert-deps.ts. */
export interface AlertDeps {
  claim(): Promise<WatchClaim>;
  /** The enabled ones, with their addresses. */
  rules(): Promise<readonly OpenAlert[]>;
  /** What judging asks, for one look: health is looked at once for all. */
  look(): Promise<VerdictDeps>;
  looked(token: number, verdicts: readonly JudgedRule[]): Promise<void>;
  due(): Promise<readonly Notification[]>;
  /** Sends one message; what became of it, never a rejection. */
  send(alert: OpenAlert, message: Notification): Promise<Attempt>;
  attempted(id: string, attempt: Attempt): Promise<void>;
  release(token: number): Promise<void>;
  now(): number;
}

const AT_ONCE = 6;
const GONE = "Not sent: the alert is off or gone.";

async function lookAt(rules: readonly OpenAlert[], deps: AlertDeps): Promise<JudgedRule[]> {
  if (rules.length === 0) return [];
  const asked = await deps.look();
  return inParallel(rules, AT_ONCE, async ({ id, rule }) => ({ ruleId: id, verdict: await judge(rule, asked) }));
}

/** Sends what is due. Nothing is begun from `until` on: what is still due then is the next consumer's. */
async function sendDue(rules: readonly OpenAlert[], until: number, deps: AlertDeps): Promise<void> {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const send = async (message: Notification): Promise<void> => {
    const rule = byId.get(message.ruleId);
    // Left alone it would be due at once, time after time, for whom nobody sends.
    const attempt = rule === undefined ? { at: deps.now(), ok: false, words: GONE } : await deps.send(rule, message);
    await deps.attempted(message.id, attempt);
  };
  await inParallel(await deps.due(), AT_ONCE, send, () => deps.now() < until);
}

async function takeTask(deps: AlertDeps): Promise<void> {
  // Beside the next consumer, which has the lease then, it would be sent twice.
  const until = deps.now() + ALERTS.leaseMs - DELIVERY.requestTimeoutMs;
  const claim = await deps.claim();
  if (claim.status !== "granted") return;
  const rules = await deps.rules();
  if (claim.look) await deps.looked(claim.token, await lookAt(rules, deps));
  await sendDue(rules, until, deps);
  // Not after a failure: what is still due would call the next consumer at once, time after time.
  await deps.release(claim.token);
}

/** Consumer of ALERTS. Every message is confirmed: Watch sends another while there is something to do. */
export async function takeAlertTasks(batch: MessageBatch, deps: AlertDeps): Promise<void> {
  for (const message of batch.messages) {
    try {
      await takeTask(deps);
    } catch (error) {
      logError("alerts_look_failed", {}, error);
    }
    message.ack();
  }
}
