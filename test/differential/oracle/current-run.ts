import { AsyncLocalStorage } from "node:async_hooks";
import type { EventEmitter } from "node:events";

/** One run of a case and what its code has under way. */
export class Run {
  /** Some requests were begun while others had no answer: their order on the wire is chance. */
  overlapping = false;
  readonly name: string;
  #open = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** @param request emits `close` when it is over. */
  begin(request: EventEmitter): void {
    if (this.#open > 0) this.overlapping = true;
    this.#open++;
    request.once("close", () => {
      this.#open--;
    });
  }
}

/** The run that the asking code belongs to. */
export const currentRun = new AsyncLocalStorage<Run>();
