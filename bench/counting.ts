import { AsyncLocalStorage } from "node:async_hooks";
import { emptyCounts, type Counts } from "./counts.ts";

let counts = emptyCounts();

/** Starts again from nothing. Objects keep the time they are open across it. */
export const resetCounts = (): void => void (counts = emptyCounts());
export const readCounts = (): Counts => counts;

const add = (record: Record<string, number>, key: string, n = 1): void => void (record[key] = (record[key] ?? 0) + n);

/** Objects that are open right now, and batches that a consumer has. */
const openObjects = new Set<Tracked>();
let consuming = 0;

/** What is under way: objects, consumers, messages on their way to one; empty when nothing is. */
export function underWay(): string[] {
  const waiting = Object.entries(counts.queues).filter(([, ops]) => ops.write > ops.delete);
  return [
    ...[...openObjects].map(({ name }) => name),
    ...(consuming > 0 ? [`${consuming} consumers`] : []),
    ...waiting.map(([queue, ops]) => `${ops.write - ops.delete} messages of ${queue}`),
  ];
}

/** One Durable Object in memory: open while it has a call, a timer or `waitUntil` work. */
class Tracked {
  readonly name: string;
  #open = 0;
  #since = 0;

  constructor(name: string) {
    this.name = name;
  }

  enter(): void {
    if (this.#open++ > 0) return;
    this.#since = Date.now();
    openObjects.add(this);
  }

  leave(): void {
    if (--this.#open > 0) return;
    add(counts.activeMs, this.name, Date.now() - this.#since);
    openObjects.delete(this);
  }

  during<T>(work: Promise<T>): Promise<T> {
    this.enter();
    return work.finally(() => this.leave());
  }
}

const running = new AsyncLocalStorage<Tracked>();
const tracked = new WeakMap<object, Tracked>();

/** Timers that have neither ended nor been called off, with the object that each keeps open. */
const timers = new Map<unknown, { readonly object: Tracked; readonly ms: number }>();

function endTimer(handle: unknown): void {
  timers.get(handle)?.object.leave();
  timers.delete(handle);
}

const plainTimeout = globalThis.setTimeout;
globalThis.setTimeout = ((work: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
  const object = running.getStore();
  object?.enter();
  const handle = plainTimeout(() => {
    try {
      work(...args);
    } finally {
      endTimer(handle);
    }
  }, ms);
  if (object !== undefined) {
    timers.set(handle, { object, ms: ms ?? 0 });
    add(counts.timerMs, object.name, ms ?? 0);
  }
  return handle;
}) as typeof globalThis.setTimeout;

const plainClear = globalThis.clearTimeout;
globalThis.clearTimeout = ((handle: Parameters<typeof plainClear>[0]) => {
  const timer = timers.get(handle);
  if (timer !== undefined) add(counts.timerMs, timer.object.name, -timer.ms);
  endTimer(handle);
  plainClear(handle);
}) as typeof globalThis.clearTimeout;

/** What and which table: the beginning of a statement. */
const brief = (query: string): string => query.trim().replaceAll(/\s+/g, " ").slice(0, 60);

/** A cursor's counts are final once the synchronous code that made it is done with it. */
function countRows(name: string, query: string, cursor: SqlStorageCursor<Record<string, SqlStorageValue>>): void {
  queueMicrotask(() => {
    add(counts.rowsWritten, name, cursor.rowsWritten);
    add(counts.rowsRead, name, cursor.rowsRead);
    if (cursor.rowsWritten > 0) add(counts.rowsBy, `${name}: ${brief(query)}`, cursor.rowsWritten);
  });
}

/** Makes an object's state count what is billed. Own properties shadow the platform's methods, nothing is replaced. */
export function watchState(name: string, ctx: DurableObjectState): DurableObjectState {
  const { storage } = ctx;
  const { sql } = storage;
  const object = new Tracked(name);
  tracked.set(ctx, object);
  const exec = sql.exec.bind(sql) as SqlStorage["exec"];
  const setAlarm = storage.setAlarm.bind(storage) as DurableObjectStorage["setAlarm"];
  const waitUntil = ctx.waitUntil.bind(ctx) as DurableObjectState["waitUntil"];
  Object.defineProperty(sql, "exec", {
    value: (query: string, ...bindings: SqlStorageValue[]) => {
      const cursor = exec(query, ...bindings);
      countRows(name, query, cursor);
      return cursor;
    },
  });
  Object.defineProperty(storage, "setAlarm", {
    value: (at: number | Date) => {
      add(counts.alarmsSet, name);
      add(counts.rowsWritten, name);
      add(counts.rowsBy, `${name}: setAlarm`);
      return setAlarm(at);
    },
  });
  Object.defineProperty(ctx, "waitUntil", { value: (work: Promise<unknown>) => waitUntil(object.during(work)) });
  return ctx;
}

type Method = (this: { readonly ctx: DurableObjectState }, ...args: unknown[]) => unknown;

/** Counts each call of the class's public methods: RPC, `fetch`, alarms and socket messages are billed requests. */
export function countCalls(name: string, counted: { readonly prototype: object }): void {
  const base = Object.getPrototypeOf(counted.prototype) as Record<string, Method>;
  for (const method of Object.getOwnPropertyNames(base)) {
    const plain = base[method];
    if (method === "constructor" || typeof plain !== "function") continue;
    const value: Method = function (...args) {
      add((counts.requests[name] ??= {}), method);
      if (name === "Intake" && method === "confirm") counts.last.routed = Date.now();
      // Never absent: every counted class passes its state through watchState before anything calls it.
      const object = tracked.get(this.ctx)!;
      return running.run(object, () => object.during(Promise.resolve(plain.apply(this, args))));
    };
    Object.defineProperty(counted.prototype, method, { value, configurable: true, writable: true });
  }
}

/** Billed per 64 kB begun; the metadata that comes with each message is about 100 bytes. */
const queueOps = (body: unknown): number => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return Math.ceil((new TextEncoder().encode(text).length + 100) / 64_000);
};

function opsOf(queue: string) {
  return (counts.queues[queue] ??= { write: 0, read: 0, delete: 0 });
}

/** The binding with its calls watched; every other property is the binding's own. */
function watchCalls<T extends object>(binding: T, onCall: (method: string, args: readonly unknown[]) => void): T {
  return new Proxy(binding, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function" || typeof key !== "string") return value;
      return (...args: unknown[]): unknown => {
        onCall(key, args);
        return Reflect.apply(value, target, args);
      };
    },
  });
}

function watchQueue(name: string, queue: Queue): Queue {
  return watchCalls(queue, (method, [body]) => {
    const bodies =
      method === "send"
        ? [body]
        : method === "sendBatch"
          ? [...(body as MessageSendRequest[])].map((one) => one.body)
          : [];
    opsOf(name).write += bodies.reduce<number>((sum, one) => sum + queueOps(one), 0);
  });
}

const watchBucket = (bucket: R2Bucket): R2Bucket =>
  watchCalls(bucket, (method, [key, body]) => {
    add(counts.r2, method);
    // The call has begun; what it puts is there a moment later.
    if (method === "put" && String(key).startsWith("segment-logs/")) counts.last.drained = Date.now();
    if (method === "put") add(counts.r2, "bytes", body instanceof ArrayBuffer ? body.byteLength : String(body).length);
  });

/** The bindings of `env` that are billed per operation, counted. */
export const watchEnv = (env: Env): Env => ({
  ...env,
  ARCHIVE: watchBucket(env.ARCHIVE),
  EVENTS: watchQueue("inlet-events", env.EVENTS),
  DELIVERIES: watchQueue("inlet-deliveries", env.DELIVERIES),
  OVERFLOW: watchQueue("inlet-overflow", env.OVERFLOW),
  EXPORT_TASKS: watchQueue("inlet-exports", env.EXPORT_TASKS),
  REPLAY_STEPS: watchQueue("inlet-replays", env.REPLAY_STEPS),
  ALERTS: watchQueue("inlet-alerts", env.ALERTS),
});

/** Runs a consumer on a batch whose reads and deletes are counted; a message that goes back is read again later. */
export async function countBatch(batch: MessageBatch, consume: (batch: MessageBatch) => Promise<void>): Promise<void> {
  const ops = opsOf(batch.queue);
  counts.worker.queue++;
  const back = new Set<Message>();
  const messages = batch.messages.map((message) => {
    ops.read += queueOps(message.body);
    return watchCalls(message, (method) => void (method === "retry" && back.add(message)));
  });
  consuming++;
  try {
    await consume(watchProperty(batch, messages));
  } finally {
    consuming--;
  }
  for (const message of batch.messages) if (!back.has(message)) ops.delete += queueOps(message.body);
}

/** `batch` with other `messages`. None of the consumers uses ackAll or retryAll. */
const watchProperty = (batch: MessageBatch, messages: readonly Message[]): MessageBatch => ({
  queue: batch.queue,
  messages,
  metadata: batch.metadata,
  ackAll: () => batch.ackAll(),
  retryAll: (options) => batch.retryAll(options),
});

export function countFetch(): void {
  counts.worker.fetch++;
}
