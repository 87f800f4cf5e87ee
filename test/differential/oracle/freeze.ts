import { NOW, RANDOM, type DifferentialCase } from "../case.ts";

/**
 * Stops the clock and the dice of a JavaScript realm, so that two runs send the same bytes. Both sides call this
 * same function; it uses nothing but what Node and workerd share.
 */
export function freezeRealm(): void {
  const Real = Date;
  class FrozenDate extends Real {
    constructor(...given: readonly unknown[]) {
      if (given.length === 0) super(NOW);
      else super(...(given as [number]));
    }
    static override now(): number {
      return NOW;
    }
  }
  Object.defineProperty(globalThis, "Date", { value: FrozenDate, configurable: true, writable: true });
  Math.random = () => RANDOM;
  Object.defineProperty(crypto, "randomUUID", { value: () => "371d371d-371d-4371-8371-371d371d371d" });
  Object.defineProperty(crypto, "getRandomValues", {
    value: (into: ArrayBufferView) => {
      new Uint8Array(into.buffer, into.byteOffset, into.byteLength).fill(0x37);
      return into;
    },
  });
}

/** How long upstream's responsys waits between two requests (ms): a pause, where other long waits are time limits. */
const PAUSE_MS = 6000;

/** Waits of code under test (ms). Pauses are cut; time limits only where nothing answers, so that none runs out early. */
function cutWait(ms: number, given: DifferentialCase | undefined): number {
  const share = given?.patient === true ? 20 : 100;
  return ms === PAUSE_MS || (ms >= 1000 && given?.answer.kind === "hang") ? ms / share : ms;
}

/** Cuts the waits of the realm's setTimeout, as the case allows that is running. */
export function cutTimers(current: () => DifferentialCase | undefined): void {
  const real = globalThis.setTimeout as unknown as (run: unknown, ms?: number, ...rest: unknown[]) => unknown;
  const cut = (run: unknown, ms?: number, ...rest: unknown[]): unknown =>
    real(run, cutWait(ms ?? 0, current()), ...rest);
  Object.defineProperty(globalThis, "setTimeout", { value: cut, configurable: true, writable: true });
}
