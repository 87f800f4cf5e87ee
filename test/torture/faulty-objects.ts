// Calls between objects that get lost, and transactions that fail. Runs inside the Worker.
import { WAITING } from "../../durable/intake/outbox.ts";
import { between, blame, drawPause, plan, sleep, strikes } from "./chaos.ts";

type Call = (...given: unknown[]) => Promise<unknown>;

/** Sockets and requests are passed on as they are. */
const UNTOUCHED: ReadonlySet<string> = new Set(["fetch", "connect", "then", "dup"]);

interface Called {
  readonly name: string;
  readonly method: string;
  readonly isAppend: boolean;
}

async function callThroughFaults({ name, method, isAppend }: Called, call: () => Promise<unknown>): Promise<unknown> {
  if (strikes("call_slow")) await sleep(drawPause());
  const what = `${method} of ${name}`;
  if (isAppend) return between(["append_refused", "append_unanswered"], what, call);
  try {
    return await between(["call_refused", "call_unanswered"], what, call);
  } catch (error) {
    // Also one that did not come from here: of an object that was aborted, of a commit that failed.
    if (method === "settle") blame(name, `settle: ${String(error)}`);
    throw error;
  }
}

function faultyStub<T extends object>(stub: T, name: string, appends: ReadonlySet<string>): T {
  return new Proxy(stub, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key, target);
      if (typeof method !== "function" || typeof key !== "string") return method;
      if (UNTOUCHED.has(key)) return (...given: unknown[]): unknown => Reflect.apply(method, target, given);
      const called = { name, method: key, isAppend: appends.has(key) };
      return (...given: unknown[]) => callThroughFaults(called, () => Reflect.apply(method as Call, target, given));
    },
  });
}

/** Objects are reached by their names alone. `appends`: methods that fail by rates of their own. */
export function faultyNamespace<T extends DurableObjectNamespace>(
  namespace: T,
  appends: ReadonlySet<string> = new Set(),
): T {
  return new Proxy(namespace, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key, target);
      if (key === "getByName") return (name: string) => faultyStub(target.getByName(name), name, appends);
      return typeof method === "function" ? (method as Call).bind(target) : method;
    },
  });
}

/** A transaction that is rolled back at its end, as when the disk is full. */
export function faultyTransactions(storage: DurableObjectStorage): void {
  const real = storage.transactionSync.bind(storage);
  const transactionSync = <T>(work: () => T): T =>
    real(() => {
      const result = work();
      if (strikes("commit_refused")) throw new Error("torture: the commit failed");
      return result;
    });
  Object.assign(storage, { transactionSync });
}

/** Refuses as the product does when a shard holds too much, only sooner. */
export function checkRoom({ sql }: DurableObjectStorage): void {
  if (plan.room === undefined) return;
  const query = `SELECT IFNULL(SUM(LENGTH(text)), 0) AS units FROM outbox WHERE ${WAITING}`;
  const { units } = sql.exec<{ units: number }>(query).one();
  if (units > plan.room.outbox) throw new Error("torture: the outbox is full");
}
