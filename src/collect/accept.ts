import type { RejectionReason } from "../core/rejection.ts";
import type { Observation } from "../core/sample.ts";
import type { SourceContext } from "../core/source.ts";

/** One normalised event, ready to be stored: `line` is its JSON text. */
export interface AcceptedEvent {
  readonly messageId: string;
  readonly line: string;
}

/**
 * What accepting a call needs from outside. Supplied by bindings/deps.ts.
 * - `findSource`: the first key that a source has; `undefined` when none does; throws when no directory can be had.
 * - `append`: resolves only once the events are durable (Intake, else the overflow queue); `unavailable` when
 *   nothing durable could be had. `duplicates` are indexes into `events`.
 * - `observe`, `countUnknown`: tell the debugger and the ledger; never awaited before the answer.
 */
export interface AcceptDeps {
  findSource(writeKeys: readonly string[]): Promise<SourceContext | undefined>;
  withinRate(source: SourceContext): Promise<boolean>;
  append(
    source: SourceContext,
    events: readonly AcceptedEvent[],
    receivedAt: number,
  ): Promise<{ readonly status: "stored"; readonly duplicates: readonly number[] } | { readonly status: "unavailable" }>;
  observe(observation: Observation): Promise<void>;
  countUnknown(reason: RejectionReason, count: number, at: number): Promise<void>;
  now(): number;
  newMessageId(): string;
}

