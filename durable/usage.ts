import { addUsage, type Usage, type UsageName } from "../src/core/usage.ts";
import type { AlarmStorage } from "./alarm-clock.ts";

/** What an object has used since it told of it the last time; see core/usage. */
export class UsageTally {
  #usage: Partial<Record<UsageName, number>> = {};

  /** Also in the ack path, so nothing is copied for it. */
  add(name: UsageName, n = 1): void {
    this.#usage[name] = (this.#usage[name] ?? 0) + n;
  }

  addAll(usage: Usage): void {
    this.#usage = addUsage(this.#usage, usage);
  }

  /** All of it, which is then told. */
  take(): Usage {
    const usage = this.#usage;
    this.#usage = {};
    return usage;
  }

  /** Tells it along with something else; what could not be told is kept for the next time. */
  async telling(tell: (usage: Usage) => Promise<void>): Promise<void> {
    const usage = this.take();
    try {
      await tell(usage);
    } catch (error) {
      this.addAll(usage);
      throw error;
    }
  }

  /** The same SQL, with the rows that it writes counted. */
  counting(sql: SqlStorage): SqlStorage {
    const exec = <T extends Record<string, SqlStorageValue>>(query: string, ...bindings: SqlStorageValue[]) => {
      const cursor = sql.exec<T>(query, ...bindings);
      // A statement that writes has run when its cursor is there; one that only reads says 0.
      if (cursor.rowsWritten > 0) this.add("rows", cursor.rowsWritten);
      return cursor;
    };
    return Object.create(sql, { exec: { value: exec } }) as SqlStorage;
  }

  /** The same alarm; each time it is set counts as the row that it is billed as. */
  countingAlarm(storage: AlarmStorage): AlarmStorage {
    return {
      getAlarm: () => storage.getAlarm(),
      deleteAlarm: () => storage.deleteAlarm(),
      setAlarm: (at) => {
        this.add("rows");
        return storage.setAlarm(at);
      },
    };
  }
}
