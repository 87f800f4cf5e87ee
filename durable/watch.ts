import { DurableObject } from "cloudflare:workers";
import { afterAttempt, afterLook } from "../src/core/alert-state.ts";
import {
  ALERTS,
  type AlertState,
  type AlertTask,
  type Attempt,
  type JudgedRule,
  type MessageKind,
  type Notification,
  type Verdict,
  type WatchClaim,
} from "../src/core/alert.ts";
import { watchStore, type WatchStore } from "./watch/store.ts";

type Words = Pick<Verdict, "sentence" | "link">;

/**
 * How the alert rules of the workspace stand, and what was told of them: `getByName("workspace")`. The rules are the
 * Catalog's. Its alarm is the motor and asks a consumer of ALERTS to look; without an enabled rule it does not run.
 */
export class Watch extends DurableObject<Env> {
  readonly #store: WatchStore;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = watchStore(ctx.storage.sql);
  }

  /**
   * Rules have changed. Which there are is what the next look reads, so requests that overtake each other cannot leave
   * us with old ones. How `changed` stood is forgotten: it is another rule now, off, or gone.
   */
  async refresh(changed?: string): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      if (changed !== undefined) this.#store.forget(changed);
      this.#store.setOutdated();
      this.#store.setLookAt(Date.now());
    });
    await this.#arm();
  }

  /** A consumer asks what there is to do; nobody else looks before its lease ends. */
  async claim(): Promise<WatchClaim> {
    const now = Date.now();
    const { leaseUntil } = this.#store.lease();
    if (leaseUntil > now || this.#dueAt() > now) return { status: "nothing_due" };
    const look = (this.#store.lookAt() ?? Infinity) <= now;
    const token = this.#store.takeLease(now + ALERTS.leaseMs);
    await this.#arm();
    return { status: "granted", look, token };
  }

  /**
   * Books what a look at all enabled rules gave; after one that found none there is no other. That of who has lost the
   * lease is not booked, nor one of rules that have changed since: they are looked at anew.
   */
  async looked(token: number, verdicts: readonly JudgedRule[]): Promise<void> {
    if (this.#store.lease().token !== token || this.#store.outdated()) return;
    const now = Date.now();
    this.ctx.storage.transactionSync(() => {
      const states = this.#store.states();
      const judged = new Set(verdicts.map(({ ruleId }) => ruleId));
      for (const id of states.keys()) if (!judged.has(id)) this.#store.dropState(id);
      for (const { ruleId, verdict } of verdicts) {
        const { state, tell, sentence } = afterLook(states.get(ruleId), verdict, now);
        this.#store.putState(ruleId, state);
        const words = { sentence, link: verdict.link };
        if (tell !== undefined) this.#store.add(this.#message(ruleId, tell, words, now));
      }
      this.#store.setLookAt(verdicts.length === 0 ? undefined : now + ALERTS.everyMs);
    });
  }

  /** Messages that are due. */
  async due(): Promise<Notification[]> {
    const now = Date.now();
    return this.#store.waiting().filter(({ nextAt = Infinity }) => nextAt <= now);
  }

  async attempted(id: string, attempt: Attempt): Promise<void> {
    const message = this.#store.find(id);
    if (message?.nextAt === undefined) return;
    this.#store.put(afterAttempt(message, attempt, Math.random()));
  }

  /** The consumer is done. Who has failed does not say so: the next one comes when its lease has ended. */
  async release(token: number): Promise<void> {
    if (this.#store.lease().token === token) this.#store.endLease();
    await this.#arm();
  }

  /** A test was sent by somebody who watches: remembered with the others. */
  async tested(message: Notification, attempt: Attempt): Promise<Notification> {
    const done = { ...message, attempts: [attempt] };
    this.#store.add(done);
    return done;
  }

  /** `awake`: whether rules are looked at. */
  async view(): Promise<{ awake: boolean; states: Record<string, AlertState>; messages: Notification[] }> {
    const awake = this.#store.lookAt() !== undefined;
    return { awake, states: Object.fromEntries(this.#store.states()), messages: this.#store.messages() };
  }

  /** Alarms are dropped after six failures: the next one is armed before anything is sent. */
  override async alarm(): Promise<void> {
    const at = this.#nextAt();
    if (at === Infinity) return;
    const now = Date.now();
    await this.ctx.storage.setAlarm(at > now ? at : now + ALERTS.leaseMs);
    if (at > now) return;
    await (this.env.ALERTS as Queue<AlertTask>).send({ alerts: "look" });
  }

  #message(ruleId: string, kind: MessageKind, { sentence, link }: Words, at: number): Notification {
    return { id: crypto.randomUUID(), ruleId, kind, at, sentence, link, attempts: [], nextAt: at };
  }

  /** When there is something to do, ms since epoch; Infinity when never. */
  #dueAt(): number {
    return Math.min(this.#store.lookAt() ?? Infinity, ...this.#store.waiting().map(({ nextAt = Infinity }) => nextAt));
  }

  /** When somebody is to come for it: not while another has the lease. */
  #nextAt(): number {
    return Math.max(this.#dueAt(), this.#store.lease().leaseUntil);
  }

  async #arm(): Promise<void> {
    const at = this.#nextAt();
    if (at === Infinity) await this.ctx.storage.deleteAlarm();
    else await this.ctx.storage.setAlarm(Math.max(at, Date.now()));
  }
}
