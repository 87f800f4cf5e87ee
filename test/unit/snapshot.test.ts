import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Publication } from "../../src/core/exports.ts";
import { foldable, foldInto, type FoldedRow } from "../../src/core/warehouse/folding.ts";
import type { MappedRow } from "../../src/core/warehouse/schema.ts";
import { followSnapshot } from "../../src/warehouse/snapshot-follower.ts";
import { anyUserRow, USERS, userRow } from "../support/folding.ts";
import { CrashError, MemoryObjects } from "../support/memory-objects.ts";
import { SnapshotFollower, manifestOf, publishHour, readSnapshot, SOURCE } from "../support/snapshots.ts";

/** What the table must hold, folded in one go; cells as a Parquet reader gives them. */
function expectedRows(hours: readonly (readonly MappedRow[])[]): Map<string, Record<string, unknown>> {
  const all = new Map<string, FoldedRow>();
  for (const row of hours.flat().map((mapped) => foldable(mapped, 1))) {
    const present = all.get(row.id) ?? { id: row.id, cells: new Map() };
    foldInto(present, row);
    all.set(row.id, present);
  }
  const cellOf = (row: FoldedRow, { name, type }: (typeof USERS.columns)[number]): unknown => {
    const value = row.cells.get(name)?.value ?? null;
    return type === "integer" && value !== null ? BigInt(value as number) : value;
  };
  return new Map(
    [...all].map(([id, row]) => [
      id,
      Object.fromEntries(USERS.columns.map((column) => [column.name, cellOf(row, column)])),
    ]),
  );
}

/** Texts that hardly compress, so that leaves have their size. */
const filler = (i: number): string => `${(i * 2_654_435_761) % 4_294_967_296}-`.repeat(20);
const manyUsers = (count: number, at: number, email = "a"): MappedRow[] =>
  Array.from({ length: count }, (_, i) => userRow(`user-${i}`, `m-${at}-${i}`, at, { email: email + filler(i) }));

describe("the snapshot of users", () => {
  it("holds the latest of every column after any hours, followed one by one or gathered", async () => {
    const hours = fc.array(fc.array(anyUserRow, { maxLength: 12 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(hours, fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), async (all, gathers) => {
        const bucket = new MemoryObjects();
        const follower = new SnapshotFollower(bucket);
        for (const [i, rows] of all.entries()) {
          const isLast = i === all.length - 1;
          const result = await follower.follow(publishHour(bucket, i + 1, rows), gathers[i]! && !isLast ? 2 : 1);
          expect(result.status).toBe("success");
        }
        expect(await readSnapshot(bucket)).toEqual(expectedRows(all));
      }),
      { numRuns: 60 },
    );
  });

  it("is cut into leaves by id, and a publication writes only those it concerns", async () => {
    const bucket = new MemoryObjects();
    const follower = new SnapshotFollower(bucket);
    const users = manyUsers(200, 1000);
    await follower.follow(publishHour(bucket, 1, users));
    const before = manifestOf(bucket)!;
    expect(before.files.length).toBeGreaterThan(2);
    expect(before.rows).toBe(200);
    const [first] = users;
    const late = userRow("user-0", "late", 5000, { logins: 3 });
    const result = await follower.follow(publishHour(bucket, 2, [late]));
    const after = manifestOf(bucket)!;
    expect(after.files.filter((file) => !before.files.some(({ key }) => key === file.key)).length).toBe(1);
    expect(result.rows).toBe(1);
    expect(result.replaced.length).toBe(2);
    expect((await readSnapshot(bucket)).get("user-0")).toEqual({
      ...expectedRows([[first!, late]]).get("user-0"),
    });
    // Written again with more, leaves grow until they are cut; none goes far beyond its limit.
    await follower.follow(publishHour(bucket, 3, manyUsers(200, 9000, "b".repeat(500))));
    expect(manifestOf(bucket)!.files.length).toBeGreaterThan(before.files.length);
    for (const { rows } of manifestOf(bucket)!.files) expect(rows).toBeLessThan(20);
    expect((await readSnapshot(bucket)).size).toBe(200);
  });

  it("comes out the same when the process dies at any write, and no manifest ever names a file that is not there", async () => {
    const hours = [manyUsers(40, 1000), [userRow("user-3", "x", 2000, { vip: true })], manyUsers(25, 3000, "c")];
    const expected = expectedRows(hours);
    for (const failsBefore of [true, false]) {
      for (let crashes = 0, failAfter = 0; crashes === failAfter; failAfter++) {
        const bucket = new MemoryObjects();
        const follower = new SnapshotFollower(bucket);
        const publications = hours.map((rows, i) => publishHour(bucket, i + 1, rows));
        bucket.failsBefore = failsBefore;
        bucket.failAfter = failAfter;
        for (const publication of publications) {
          const attempt = (): Promise<unknown> => follower.follow(publication);
          await attempt().catch(async (error: unknown) => {
            expect(error).toBeInstanceOf(CrashError);
            crashes = failAfter + 1;
            bucket.failAfter = Number.POSITIVE_INFINITY;
            await readSnapshot(bucket);
            await attempt();
          });
        }
        expect(await readSnapshot(bucket)).toEqual(expected);
      }
    }
  }, 30_000);

  it("changes nothing when a publication is followed twice", async () => {
    const bucket = new MemoryObjects();
    const follower = new SnapshotFollower(bucket);
    const publication = publishHour(bucket, 1, manyUsers(50, 1000));
    await follower.follow(publication);
    const files = manifestOf(bucket)!.files;
    const keys = [...bucket.objects.keys()];
    expect((await follower.follow(publication)).status).toBe("success");
    expect(manifestOf(bucket)!.files).toEqual(files);
    expect([...bucket.objects.keys()]).toEqual(keys);
  });

  it("writes no leaf for an hour that was made again and says the same", async () => {
    const bucket = new MemoryObjects();
    const follower = new SnapshotFollower(bucket);
    await follower.follow(publishHour(bucket, 1, manyUsers(50, 1000)));
    const { files } = manifestOf(bucket)!;
    await follower.follow(publishHour(bucket, 2, manyUsers(50, 1000), 1, 1));
    expect(manifestOf(bucket)!.files).toEqual(files);
  });

  it("gathers hours while there are more, and folds them at the latest after forty", async () => {
    const bucket = new MemoryObjects();
    const follower = new SnapshotFollower(bucket);
    let publication: Publication | undefined;
    for (let no = 1; no < 40; no++) {
      publication = publishHour(bucket, no, [userRow("u", `m${no}`, no, { logins: no })]);
      await follower.follow(publication, 3);
      expect(manifestOf(bucket)).toBeUndefined();
    }
    await follower.follow(publishHour(bucket, 40, [userRow("u", "m40", 40, { logins: 40 })]), 3);
    expect((await readSnapshot(bucket)).get("u")?.["logins"]).toBe(40n);
  });

  it("lets a consumer that was thought dead undo nothing", async () => {
    const bucket = new MemoryObjects();
    const follower = new SnapshotFollower(bucket);
    await follower.follow(publishHour(bucket, 1, [userRow("u", "m1", 1, { email: "1" })]));
    const [second, third] = [2, 3].map((no) =>
      publishHour(bucket, no, [userRow("u", `m${no}`, no, { email: `${no}` })]),
    );
    // It stops before it writes the state; meanwhile others do its work and more.
    let resume = (): void => {};
    const stopped = new Promise<void>((resolve) => (resume = resolve));
    const slow = followSnapshot(
      { publication: second!, behind: 1 },
      {
        store: {
          get: (key) => bucket.get(key),
          put: async (key, bytes, ifMatch) => {
            if (key.endsWith("snapshot.json")) await stopped;
            return bucket.put(key, bytes, ifMatch);
          },
        },
      },
    );
    await follower.follow(second!);
    await follower.follow(third!);
    resume();
    const result = await slow;
    expect(result.status).toBe("failed");
    expect(result.error).toContain("changed by another run");
    expect((await readSnapshot(bucket)).get("u")?.["email"]).toBe("3");
  });

  it("keeps the newer manifest when one that has written its state comes late to its own", async () => {
    const bucket = new MemoryObjects();
    const follower = new SnapshotFollower(bucket);
    const [first, second] = [1, 2].map((no) => publishHour(bucket, no, [userRow("u", "m", no, { email: `${no}` })]));
    let resume = (): void => {};
    const stopped = new Promise<void>((resolve) => (resume = resolve));
    const get = async (key: string) => {
      if (key.endsWith("manifest.json")) await stopped;
      return bucket.get(key);
    };
    const put = bucket.put.bind(bucket);
    const slow = followSnapshot({ publication: first!, behind: 1 }, { store: { get, put } });
    await expect.poll(() => bucket.objects.has(`warehouse-state/${SOURCE}/snapshot.json`)).toBe(true);
    await follower.follow(first!);
    await follower.follow(second!);
    resume();
    await slow;
    expect(manifestOf(bucket)).toMatchObject({ no: 2 });
    expect((await readSnapshot(bucket)).get("u")?.["email"]).toBe("2");
  });

  it("writes all leaves anew when a column's type is changed, with the values of the hours made again", async () => {
    const bucket = new MemoryObjects();
    const follower = new SnapshotFollower(bucket);
    const rows = (email: (i: number) => string | number, table = USERS): MappedRow[] =>
      Array.from({ length: 3 }, (_, i) => userRow(`u${i}`, `m${i}`, 1000 + i, { email: email(i) }, table));
    await follower.follow(publishHour(bucket, 1, rows(String)));
    const changed = {
      ...USERS,
      columns: USERS.columns.map((one) => (one.name === "email" ? { name: "email", type: "integer" as const } : one)),
    };
    await follower.follow(publishHour(bucket, 2, rows((i) => i, changed).slice(0, 2), 2, 1));
    const found = await readSnapshot(bucket);
    expect(["u0", "u1", "u2"].map((id) => found.get(id)?.["email"])).toEqual([0n, 1n, null]);
    expect(manifestOf(bucket)!.columns).toEqual(changed.columns);
  });

  it("replaces a manifest that nobody can read", async () => {
    for (const broken of ["", "{}", JSON.stringify({ no: 99 })]) {
      const bucket = new MemoryObjects();
      const key = "warehouse/shop/users/manifest.json";
      bucket.objects.set(key, { bytes: new TextEncoder().encode(broken), etag: "x" });
      await new SnapshotFollower(bucket).follow(publishHour(bucket, 1, [userRow("u", "m", 1, {})]));
      expect(manifestOf(bucket)).toMatchObject({ no: 1, rows: 1 });
    }
  });

  it("says which columns are new, and when files it is made of are gone", async () => {
    const bucket = new MemoryObjects();
    const follower = new SnapshotFollower(bucket);
    const first = await follower.follow(publishHour(bucket, 1, [userRow("u", "m", 1, {})]));
    expect(first.newColumns).toContain("users.email");
    const wider = { ...USERS, columns: [...USERS.columns, { name: "city", type: "varchar" as const }] };
    const second = await follower.follow(publishHour(bucket, 2, [userRow("u", "m2", 2, { city: "Bonn" }, wider)]));
    expect(second.newColumns).toEqual(["users.city"]);
    expect(second.files).toEqual([{ table: "users", files: manifestOf(bucket)!.files }]);
    const third = publishHour(bucket, 3, [userRow("u", "m3", 3, {})]);
    for (const key of third.upserts) bucket.objects.delete(key);
    expect(await follower.follow(third)).toMatchObject({
      status: "partial",
      error: expect.stringContaining("1 files") as string,
    });
    expect(bucket.json(`warehouse-state/${SOURCE}/snapshot.json`)).toMatchObject({ round: [] });
  });
});
