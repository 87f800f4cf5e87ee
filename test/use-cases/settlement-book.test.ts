import { describe, expect, it } from "vitest";
import type { DeadLetter } from "../../src/core/dead-letter.ts";
import type { Outcome } from "../../src/core/delivery.ts";
import type { Settlement } from "../../src/core/ledger.ts";
import { noDecisions } from "../../src/destinations/decide.ts";
import type { Granted } from "../../src/destinations/delivery-plan.ts";
import { createBook, type BookDeps } from "../../src/destinations/settlement-book.ts";
import { testSends } from "../support/sends.ts";

const DELIVERED: Outcome = { status: "delivered" };
const REFUSED: Outcome = { status: "abandoned", reason: "400", who: "user" };
const POINTER = {
  destinationId: "dst_1",
  sourceId: "src_1",
  key: "segment-logs/src_1/1795305600000/0-000000001.gz",
};
const CLAIM: Granted = {
  status: "granted",
  count: 5,
  lanes: ["sub_1"],
  cells: [],
  attempt: 1,
  mode: "send",
  token: 7,
};
const [a, b, c] = testSends(5) as [never, never, never];

function setUp(overrides: Partial<BookDeps> = {}, claim = CLAIM) {
  const log: string[] = [];
  const settlements: Settlement[] = [];
  const letters: DeadLetter[] = [];
  const book = createBook(POINTER, claim, {
    async settle(_, settlement) {
      log.push("settled");
      settlements.push(settlement);
      return { proceed: !settlement.release };
    },
    async writeDeadLetters(_, written) {
      log.push("letters");
      letters.push(...written);
    },
    tools: { now: () => Date.parse("2026-11-22T12:00:00.000Z") },
    ...overrides,
  });
  return { book, log, settlements, letters };
}

describe("telling the ledger", () => {
  it("books decisions together with the first outcomes, and nothing twice", async () => {
    const { book, settlements } = setUp();
    book.decide({ ...noDecisions(), passed: [0, 1], unmatched: [8] });
    book.note(a, DELIVERED);
    expect(book).toMatchObject({ unbooked: 1, waiting: 4 });
    expect(await book.settle()).toBe(true);
    expect(book).toMatchObject({ unbooked: 0, waiting: 0 });
    book.note(b, DELIVERED);
    await book.close();
    expect(settlements).toMatchObject([
      { passed: [0, 1], unmatched: [8], outcomes: [{ cell: 5 }], release: false, token: 7, part: 1 },
      { passed: [], unmatched: [], outcomes: [{ cell: 6 }], release: true, token: 7, part: 2 },
    ]);
  });

  it("says which outcomes one call has brought", async () => {
    const { book, settlements } = setUp();
    book.note(a, DELIVERED);
    book.note(b, DELIVERED, true);
    await book.close();
    expect(settlements[0]!.outcomes).toEqual([
      { cell: 5, status: "delivered", kind: 0 },
      { cell: 6, status: "delivered", kind: 0, sameCall: true },
    ]);
  });

  it("tells one settlement after the other, however many ask for one", async () => {
    let underWay = 0;
    let most = 0;
    const { book } = setUp({
      async settle() {
        most = Math.max(most, ++underWay);
        await Promise.resolve();
        underWay--;
        return { proceed: true };
      },
    });
    book.note(a, DELIVERED);
    const first = book.settle();
    book.note(b, DELIVERED);
    await Promise.all([first, book.settle()]);
    expect(most).toBe(1);
  });

  it("lets go of the job once, and says nothing more when the ledger has let it go and nothing is left", async () => {
    const { book, settlements } = setUp({
      settle: async (_, settlement) => {
        settlements.push(settlement);
        return { proceed: false };
      },
    });
    book.note(a, DELIVERED);
    expect(await book.settle()).toBe(false);
    await book.close();
    expect(settlements).toHaveLength(1);
    book.note(b, DELIVERED);
    await book.close();
    expect(settlements).toHaveLength(2);
  });

  it("speaks the last word on a line whose last attempt failed, unless it was a probe", async () => {
    const failed: Outcome = { status: "retry", reason: "503", detail: "503 Busy" };
    for (const [mode, status] of [
      ["send", "abandoned"],
      ["probe", "retry"],
    ] as const) {
      const { book, settlements } = setUp({}, { ...CLAIM, attempt: 10, mode });
      book.note(a, failed);
      await book.close();
      expect(settlements).toMatchObject([{ outcomes: [{ status }] }]);
    }
  });
});

describe("keeping dead letters", () => {
  it("is done before the ledger hears that a line is given up, which then knows where it is", async () => {
    const { book, log, settlements, letters } = setUp();
    book.note(a, REFUSED);
    book.note(b, DELIVERED);
    book.note(c, REFUSED);
    await book.close();
    expect(log).toEqual(["letters", "settled"]);
    expect(letters).toMatchObject([{ line: 0, subscriptionId: "sub_1" }, { line: 2 }]);
    expect(settlements[0]!.letters).toEqual([{ key: expect.stringContaining("000000001-5-7"), cells: [5, 7] }]);
  });

  it.each(["settled on the way", "settled at the end"])(
    "that cannot be done leaves those lines untried, books the others, and keeps the job till its lease is over: %s",
    async (when) => {
      const { book, settlements } = setUp({ writeDeadLetters: () => Promise.reject(new Error("R2 is down")) });
      book.note(a, REFUSED);
      book.note(b, DELIVERED);
      if (when === "settled on the way") expect(await book.settle()).toBe(false);
      await expect(book.close()).rejects.toThrow("R2 is down");
      const delivered = { cell: 6, status: "delivered" };
      expect(settlements).toMatchObject([{ outcomes: [delivered], letters: [], release: false }]);
    },
  );

  it("that cannot be done still books what came meanwhile from other calls", async () => {
    let broken = true;
    const { book, settlements } = setUp({
      writeDeadLetters: async () => {
        if (broken) throw new Error("R2 is down");
      },
    });
    book.note(a, REFUSED);
    await book.settle();
    broken = false;
    book.note(b, DELIVERED);
    await expect(book.close()).rejects.toThrow("R2 is down");
    expect(settlements).toMatchObject([{ outcomes: [{ cell: 6 }], release: false }]);
  });
});
