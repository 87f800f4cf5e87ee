import { NOW, RANDOM } from "../case.ts";

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

/** Waits of code under test, in ms: long ones are cut, the 10 s that a request may take only when it hangs anyway. */
export const cutWait = (ms: number, hangs: boolean): number => {
  if (ms < 1000) return ms;
  return ms < 10_000 ? ms / 100 : hangs ? ms / 100 : ms;
};

/** Cuts the waits of the realm's setTimeout; the answer tells which case is running. */
export function cutTimers(hangs: () => boolean): void {
  const real = globalThis.setTimeout as unknown as (run: unknown, ms?: number, ...rest: unknown[]) => unknown;
  const cut = (run: unknown, ms?: number, ...rest: unknown[]): unknown => real(run, cutWait(ms ?? 0, hangs()), ...rest);
  Object.defineProperty(globalThis, "setTimeout", { value: cut, configurable: true, writable: true });
}
