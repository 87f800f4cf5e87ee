import { AsyncLocalStorage } from "node:async_hooks";
import type { DestinationTools } from "../destination.ts";

/** One request of a call and what came of it. Raw and bounded: mask before anybody sees it (exchange.ts). */
export interface RawExchange {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  response?: {
    readonly status: number;
    readonly statusText: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  error?: string;
}

/** What the code of a destination runs in: its way out and a record of what it did there. */
export interface Call {
  readonly tools: DestinationTools;
  readonly signal: AbortSignal;
  /** What `process.env` holds for packages that several destinations share. */
  readonly env: Readonly<Record<string, string>>;
  readonly exchanges: RawExchange[];
  /** The runtime lets this invocation send no more; says nothing about the destination. */
  ourLimit?: Error;
  /** Why the last request to fail got no answer, as a code (delivery.md §5.3). */
  unanswered?: string;
}

const storage = new AsyncLocalStorage<Call>();

export const runInCall = <T>(call: Call, work: () => Promise<T>): Promise<T> => storage.run(call, work);

export const currentCall = (): Call | undefined => storage.getStore();
