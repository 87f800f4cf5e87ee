/**
 * The `nth` such call (from 1) for a key that has `key` in it is not answered: R2, or a ledger that a replay hands
 * lines over to, does it first, or not before it is let go.
 */
export interface Stall {
  readonly call: "get" | "put" | "openReplay";
  readonly key: string;
  readonly nth: number;
  readonly isDone: boolean;
}

/** What one start of test/crash/moved-worker.ts goes by. */
export interface Plan {
  /** Its clock is ahead of the machine's by so many ms. */
  readonly ahead: number;
  readonly seed: number;
  /** Of the calls to R2, the share that fails, and the share that is never answered; 0 to 1. */
  readonly fail: number;
  readonly hang: number;
  readonly stall?: Stall;
}

/** Where the plan lies in the global scope. */
export const PLAN = "INLET_CRASH_PLAN";

/** `GET`: reads all manifests, past the faults. */
export const LOOK_PATH = "/test-look";

/** `POST`: the next stall, from now on. */
export const STALL_PATH = "/test-stall";
/** `POST …?ahead=<ms>[&idle=true]`: lets so much time pass, more than a consumer lives; or only if none is at work. */
export const PASS_PATH = "/test-pass";
/** `POST …?sourceId=…`: does what a consumer of the exports queue does. */
export const WORK_PATH = "/test-work";
/** `POST`: the call that stalls goes on. */
export const LET_GO_PATH = "/test-let-go";

export interface Passed {
  readonly passed: boolean;
}

export interface Looked {
  readonly manifests: number;
  /** Whether the call that is never answered was made. */
  readonly stalled: boolean;
  /** What they name that is not there, or has another size. */
  readonly wrong: readonly string[];
}

export const withPlan = (code: string, plan: Plan): string => `globalThis.${PLAN} = ${JSON.stringify(plan)};\n${code}`;
