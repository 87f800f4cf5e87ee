/** What one start of test/crash/moved-worker.ts goes by. */
export interface Plan {
  /** Its clock is ahead of the machine's by so many ms. */
  readonly ahead: number;
  readonly seed: number;
  /** Of the calls to R2, the share that fails, and the share that is never answered; 0 to 1. */
  readonly fail: number;
  readonly hang: number;
  /** The `nth` such call (from 1) for a key that has `key` in it is never answered; R2 has done it or not. */
  readonly stall?: {
    readonly call: "get" | "put";
    readonly key: string;
    readonly nth: number;
    readonly isDone: boolean;
  };
}

/** Where the plan lies in the global scope. */
export const PLAN = "INLET_CRASH_PLAN";

/** `GET`: reads all manifests, past the faults. */
export const LOOK_PATH = "/test-look";

export interface Looked {
  readonly manifests: number;
  /** Whether the call that is never answered was made. */
  readonly stalled: boolean;
  /** What they name that is not there, or has another size. */
  readonly wrong: readonly string[];
}

export const withPlan = (code: string, plan: Plan): string => `globalThis.${PLAN} = ${JSON.stringify(plan)};\n${code}`;
