// Makes a day pass in minutes: imported before the product, so that it finds this clock. `Date` stands still but for
// `setNow`; alarms wait for it; timers of up to two seconds (reports, group commits) end at once. So calls that would
// share a report do not, and what is counted is rather too much than too little.
const REAL_DATE = Date;
const SHORT_MS = 2000;

/** 0 while the module is loaded: workerd tells no time there. */
let now = 0;

/** To be called by every handler, first of all. */
export const startClock = (): void => void (now ||= REAL_DATE.now());

export const clockNow = (): number => now;

const realTimeout = globalThis.setTimeout;

/** Waits in real time. */
export const realSleep = (ms: number): Promise<void> => new Promise((resolve) => realTimeout(resolve, ms));

globalThis.setTimeout = ((work: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
  return realTimeout(work, ms <= SHORT_MS ? 0 : ms, ...args);
}) as typeof globalThis.setTimeout;

globalThis.Date = new Proxy(REAL_DATE, {
  construct: (target, given: unknown[], newTarget) =>
    Reflect.construct(target, given.length === 0 ? [now] : given, newTarget) as Date,
  get: (target, name) => (name === "now" ? () => now : (Reflect.get(target, name) as unknown)),
});

/** By object: when its alarm is due, and what lets it go off. */
const alarms = new Map<string, { at: number; readonly namespace: string }>();

/** The object's alarms wait for this clock; `ring` lets the one that is due go off. */
export function holdAlarms(namespace: string, ctx: DurableObjectState): DurableObjectState {
  const { storage } = ctx;
  const id = ctx.id.toString();
  const set = storage.setAlarm.bind(storage);
  const held = {
    getAlarm: async () => alarms.get(id)?.at ?? null,
    setAlarm: async (at: number | Date) => void alarms.set(id, { at: Number(at), namespace }),
    deleteAlarm: async () => void alarms.delete(id),
    ring: () => {
      alarms.delete(id);
      return set(REAL_DATE.now());
    },
  };
  Object.assign(storage, held);
  return ctx;
}

/** Lets the alarm of an object that runs on `storage` go off. */
export const ring = (storage: DurableObjectStorage): Promise<void> =>
  (storage as DurableObjectStorage & { ring(): Promise<void> }).ring();

/** Sets the clock to the next alarm before `until`, or to `until`; the object whose alarm is due, if one is. */
export function passUntil(until: number): { readonly id: string; readonly namespace: string } | undefined {
  let next: { id: string; namespace: string; at: number } | undefined;
  for (const [id, { at, namespace }] of alarms) {
    if (at <= until && (next === undefined || at < next.at)) next = { id, namespace, at };
  }
  now = Math.max(now, next?.at ?? until);
  return next;
}
