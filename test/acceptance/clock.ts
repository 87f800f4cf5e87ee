/** How far this realm's clock is ahead of the machine's, in ms. */
let ahead = 0;

/** From now on `Date` in this realm is `ahead`. Timers keep to real time. */
export function moveDate(): void {
  const Real = Date;
  const now = (): number => Real.now() + ahead;
  const Moved = new Proxy(Real, {
    construct: (target, given: unknown[], newTarget) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget) as Date,
    get: (target, name) => (name === "now" ? now : (Reflect.get(target, name) as unknown)),
  });
  Real.prototype.constructor = Moved;
  globalThis.Date = Moved;
}

export const advance = (ms: number): void => void (ahead += ms);

const realAlarms = new WeakMap<DurableObjectStorage, Pick<DurableObjectStorage, "getAlarm" | "setAlarm">>();

/** An object's alarms are set by the moved clock, and kept by the runtime in real time. */
export function moveAlarms(storage: DurableObjectStorage): void {
  const real = { getAlarm: storage.getAlarm.bind(storage), setAlarm: storage.setAlarm.bind(storage) };
  realAlarms.set(storage, real);
  const moved: typeof real = {
    async getAlarm() {
      const at = await real.getAlarm();
      return at === null ? null : at + ahead;
    },
    setAlarm: (at) => real.setAlarm(Number(at) - ahead),
  };
  Object.assign(storage, moved);
}

/** After the clock was advanced: what the object waits for comes that much sooner. */
export async function advanceAlarm(storage: DurableObjectStorage, ms: number): Promise<void> {
  const real = realAlarms.get(storage);
  const at = (await real?.getAlarm()) ?? null;
  if (at !== null) await real?.setAlarm(at - ms);
}
