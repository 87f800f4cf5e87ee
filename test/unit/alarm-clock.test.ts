import { describe, expect, it } from "vitest";
import { AlarmClock } from "../../durable/alarm-clock.ts";

/** A clock over storage in memory, and what was written to it: each is a billed row. */
async function clockAt(stored: number | null, now = 100) {
  const written: (number | null)[] = [];
  const storage = {
    getAlarm: async () => stored,
    setAlarm: async (at: number | Date) => void written.push(Number(at)),
    deleteAlarm: async () => void written.push(null),
  };
  const clock = new AlarmClock(storage, () => now);
  await clock.read();
  return { clock, written };
}

describe("an object's alarm", () => {
  it("is set where none comes as early, and left alone where one does", async () => {
    const { clock, written } = await clockAt(null);
    expect(clock.isSet()).toBe(false);
    for (const at of [500, 500, 700, undefined, 300]) clock.wakeBy(at);
    expect(written).toEqual([500, 300]);
    expect(clock.isSet()).toBe(true);
  });

  it("comes at once when its time is past", async () => {
    const { clock, written } = await clockAt(null);
    clock.wakeBy(0);
    expect(written).toEqual([100]);
  });

  it("is known again after a restart", async () => {
    const { clock, written } = await clockAt(400);
    clock.wakeBy(500);
    expect(written).toEqual([]);
    clock.wakeBy(300);
    expect(written).toEqual([300]);
  });

  it("is set anew once it has rung, to the same time too", async () => {
    const { clock, written } = await clockAt(400);
    clock.rang();
    expect(clock.isSet()).toBe(false);
    clock.wakeBy(400);
    expect(written).toEqual([400]);
  });

  it("is put off when it is to come exactly then, unless it comes only a little early", async () => {
    const { clock, written } = await clockAt(400);
    clock.wakeAt(500, 100);
    expect(written).toEqual([]);
    clock.wakeAt(501, 100);
    clock.wakeAt(300, 100);
    clock.wakeAt(300);
    clock.wakeAt(301);
    expect(written).toEqual([501, 300, 301]);
  });

  it("is taken away when there is nothing to wake for, once", async () => {
    const { clock, written } = await clockAt(400);
    clock.wakeAt(undefined);
    clock.wakeAt(undefined);
    expect(written).toEqual([null]);
    expect(clock.isSet()).toBe(false);
  });
});
