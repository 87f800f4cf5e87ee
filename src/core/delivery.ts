import { DAY_MS, HOUR_MS, MINUTE_MS } from "./durations.ts";

/** The bounds of delivering, each with its unit and the reason it has that size. */
export const DELIVERY = {
  /** One request to a destination, its whole answer included. */
  requestTimeoutMs: 10_000,
  /** One event or batch handed to a destination's code, which may make several requests one after the other. */
  callTimeoutMs: 20_000,
  /** A Worker may wait for the headers of six answers at a time. */
  sockets: 6,
  /** No new request is begun after this much of one queue batch: a hanging destination must let go of the consumer. */
  batchBudgetMs: 20_000,
  /**
   * Lines sent between two settlements, so the most that a crash can send twice. Each settlement costs a row:
   * at 60 they would be the largest part of a webhook's cost.
   */
  chunkLines: 200,
  /** Must outlast one chunk: batchBudgetMs + callTimeoutMs and the reads around it. */
  leaseMs: 90_000,
  /** Jobs of one destination that may be on the queue or in a consumer at once. */
  window: 8,
  /** A pointer nobody has claimed by then is taken for lost and sent again. */
  resendAfterMs: 30_000,
  /** Retryable failures in a row after which a destination counts as down. */
  downAfterFailures: 10,
  /** One first attempt and one per step of RETRY_MINUTES. */
  maxAttempts: 10,
  /** Lines that a destination which is down keeps waiting for this long are given up. */
  maxWaitMs: DAY_MS,
  /** A longer Retry-After is cut to this, so that a mistaken header cannot stop a destination for days. */
  maxRetryAfterMs: HOUR_MS,
  /** A destination whose secrets cannot be opened is looked at again this often: so soon it follows a mended one. */
  holdMs: MINUTE_MS,
  /** Finished jobs are remembered this long; a queue keeps a message for at most 4 days. */
  finishedKeptMs: 7 * DAY_MS,
  /** Subscriptions that one destination may have enabled: 25,000 lines × 51 cells fit one row of 2 MB. */
  maxLanes: 50,
  /** Dead letters are listed, and can be sent again, for this long. */
  lettersKeptMs: 90 * DAY_MS,
} as const;

/** Minutes from a failed attempt to the next one: 240 in all, Segment's four hours (delivery.md §5.3). */
const RETRY_MINUTES = [1, 2, 4, 8, 15, 30, 60, 60, 60] as const;

/** What a person is shown of one attempt: bounded texts with secrets masked (delivery.md §5.4). */
export interface Exchange {
  readonly sent: string;
  readonly request: string;
  readonly response: string;
}

/** What became of one line at one destination. `retry` is not final; the other two are. */
export type Outcome =
  | { readonly status: "delivered"; readonly exchange?: Exchange }
  | {
      readonly status: "retry";
      readonly reason: string;
      readonly detail?: string;
      /** The destination asked for this pause; it applies to everything sent there. */
      readonly retryAfterMs?: number;
      /** Code failed over a batch of several events before it asked anybody: one of them may be to blame. */
      readonly unsent?: true;
      readonly exchange?: Exchange;
    }
  | {
      readonly status: "abandoned";
      readonly reason: string;
      readonly detail?: string;
      /** Who has to act before a re-send can work. */
      readonly who: "user" | "platform";
      /** As with `retry`: it holds for the other lines even when this one is given up. */
      readonly retryAfterMs?: number;
      /** The status of the one answer (400 for a validation error) that stood for a whole batch of several events. */
      readonly batchStatus?: number;
      readonly exchange?: Exchange;
    };

/**
 * One delivery: lines of one segment to one destination. The message on the DELIVERIES queue; the ledger of
 * the destination holds the state, so a message may come twice or get lost without harm.
 */
export interface DeliveryPointer {
  readonly destinationId: string;
  readonly sourceId: string;
  /** R2 key of the segment. */
  readonly key: string;
  readonly replayId?: string;
}

export type HttpVerdict = "delivered" | "retry" | "abandoned";

/** 2xx is accepted; 408, 423, 429 and 5xx but 501 may work later; the rest needs a person (delivery.md §5.3). */
export function classifyHttp(status: number): HttpVerdict {
  if (status >= 200 && status < 300) return "delivered";
  if (status === 408 || status === 423 || status === 429) return "retry";
  if (status >= 500 && status !== 501) return "retry";
  return "abandoned";
}

/**
 * When a line that has failed `attempts` times is tried again, in ms since epoch.
 * @param random 0 to 1: spreads the retries of one outage over ±15 %.
 */
export function nextAttemptAt(attempts: number, now: number, random: number): number {
  const step = Math.min(Math.max(attempts, 1), RETRY_MINUTES.length) - 1;
  return now + Math.round((RETRY_MINUTES[step] ?? 60) * MINUTE_MS * (0.85 + 0.3 * random));
}

/**
 * As nextAttemptAt, for lines whose destination asked for a pause: the first time it is taken at its word, later the
 * schedule holds as well, so that a destination which keeps asking for a second uses no ten attempts up in ten.
 */
export function nextAskedAttemptAt(attempts: number, askedMs: number, now: number, random: number): number {
  return attempts <= 1 ? now + askedMs : Math.max(now + askedMs, nextAttemptAt(attempts - 1, now, random));
}

/** A Retry-After header as ms from `now`: seconds or an HTTP date; 1 s to DELIVERY.maxRetryAfterMs. */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  const isDate = /^[A-Za-z]+, .*GMT$/.test(text);
  const wait = /^\d{1,12}$/.test(text) ? Number(text) * 1000 : isDate ? Date.parse(text) - now : Number.NaN;
  if (!Number.isFinite(wait)) return undefined;
  return Math.min(Math.max(wait, 1000), DELIVERY.maxRetryAfterMs);
}

/** The published code of a failed connection (delivery.md §5.2), read from the runtime's message. */
export function networkReason(message: string): string {
  if (/timed? ?-?out/i.test(message)) return "ETIMEDOUT";
  if (/refused/i.test(message)) return "ECONNREFUSED";
  if (/dns|not found|resolve/i.test(message)) return "ENOTFOUND";
  if (/connection lost|reset|disconnected/i.test(message)) return "ECONNRESET";
  return "ECONNABORTED";
}

interface Failed {
  readonly status: string;
  readonly reason?: string;
  readonly retryAfterMs?: number;
}

/**
 * Whether code failed over an event before or after it asked the destination: that says nothing about the destination,
 * and whoever may send events can bring it about. So it neither stops others nor is free when it happens to a probe.
 */
export const isCodeFailure = ({ status, reason, retryAfterMs }: Failed): boolean =>
  status === "retry" && reason === "INTERNAL" && retryAfterMs === undefined;

/**
 * An attempt's outcome with the last word spoken: a line whose last attempt failed is abandoned with `RETRY`, or with
 * `INTERNAL` when that was a failure of code.
 * @param attempt number of this attempt, from 1. A probe of a destination that is down uses none up.
 */
export function concludeAttempt(outcome: Outcome, attempt: number, probe: boolean): Outcome {
  if (outcome.status !== "retry" || attempt < DELIVERY.maxAttempts) return outcome;
  const codeFailed = isCodeFailure(outcome);
  if (probe && !codeFailed) return outcome;
  const { reason, detail, status: _, unsent: __, ...rest } = outcome;
  const last = detail === undefined ? reason : `${reason}: ${detail}`;
  return {
    ...rest,
    status: "abandoned",
    reason: codeFailed ? reason : "RETRY",
    detail: `${attempt} attempts failed, the last with ${last}`,
    who: "platform",
  };
}
