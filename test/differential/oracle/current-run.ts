import { AsyncLocalStorage } from "node:async_hooks";

/** Which run of a case the code belongs to that asks. */
export const currentRun = new AsyncLocalStorage<string>();
