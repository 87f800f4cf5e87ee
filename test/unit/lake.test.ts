import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { apiOf, openLake, pull, withTables } from "../../scripts/lake.mjs";
import { table } from "../../scripts/table.mjs";
import { DAY, parquetOf, tableOf } from "../support/lake.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const newFolder = (): string => {
  folders.push(mkdtempSync(path.join(tmpdir(), "inlet-pull-")));
  return folders.at(-1) ?? "";
};
const tracks = tableOf("tracks", [{ name: "event", type: "varchar" }], "tracks");
const fileOf = (id: string) => parquetOf(tracks, [{ id, received_at: new Date(DAY), event: "viewed" }]);
const key = (name: string) => `warehouse/shop/tracks/day=2026-11-01/hr=00/${name}.parquet`;

/** Inlet's API over these objects; `listed` may name more, or others, than there are. */
function apiOver(
  objects: ReadonlyMap<string, Uint8Array>,
  listed: () => readonly string[] = () => [...objects.keys()],
  names = { schema: "shop", table: "tracks" },
) {
  const downloads: string[] = [];
  const answers: Record<string, () => unknown> = {
    "/sources/s/exports": () => ({ exports: { schema: names.schema } }),
    "/sources/s/exports/tables": () => ({ tables: [{ ...tracks, name: names.table, files: 1 }] }),
    "/sources/s/exports/files": () => ({
      files: listed().map((one) => ({ key: one, table: "tracks", bytes: objects.get(one)?.byteLength ?? 1 })),
      pagination: { current: "" },
    }),
  };
  const api = async (route: string): Promise<Response> => {
    const { pathname, searchParams } = new URL(route, "http://inlet");
    const answer = answers[pathname];
    if (answer !== undefined) return Response.json({ data: answer() });
    const name = searchParams.get("key") ?? "";
    downloads.push(name);
    const bytes = objects.get(name);
    if (bytes === undefined) throw Object.assign(new Error("gone"), { status: 404 });
    return new Response(Uint8Array.from(bytes));
  };
  return { api, downloads };
}
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.includes(".parquet"));

describe("npm run query keeps a folder that holds what is published", () => {
  it("brings only what is not here yet, and removes what is published no more", async () => {
    const folder = newFolder();
    const objects = new Map([
      [key("000001-000"), fileOf("a")],
      [key("000001-001"), fileOf("b")],
    ]);
    const first = apiOver(objects);
    await pull(first.api, "s", folder);
    expect(first.downloads).toHaveLength(2);
    objects.delete(key("000001-000"));
    objects.set(key("000002-000"), fileOf("c"));
    const second = apiOver(objects);
    const lake = await pull(second.api, "s", folder);
    expect(second.downloads).toEqual([key("000002-000")]);
    expect(filesIn(folder).toSorted()).toEqual([key("000001-001"), key("000002-000")]);
    if (lake === undefined) throw new Error("nothing was published");
    const connection = await openLake([lake], folder);
    const read = await connection.runAndReadAll("SELECT id, event FROM tracks ORDER BY id");
    expect(read.getRowsJson()).toEqual([
      ["b", "viewed"],
      ["c", "viewed"],
    ]);
    connection.closeSync();
  });

  it("names the address at which nothing answers", async () => {
    const api = apiOf(new URL("http://127.0.0.1:1"), "a token");
    await expect(api("/sources")).rejects.toThrow(
      /http:\/\/127\.0\.0\.1:1 cannot be reached: .+ Does Inlet run there\? .*PORT.*--url/,
    );
  });

  it("says which tables there are when SQL names one that is not there, and leaves other errors as they are", async () => {
    const folder = newFolder();
    const lake = await pull(apiOver(new Map([[key("000001-000"), fileOf("a")]])).api, "s", folder);
    if (lake === undefined) throw new Error("nothing was published");
    const connection = await openLake([lake], folder);
    const errorOf = async (sql: string) => connection.run(sql).then(String, (error: unknown) => error);
    const missing = await errorOf("COPY (FROM pages) TO '/dev/null'");
    const told = String(withTables(missing, [lake]));
    expect(told).toContain("Table with name pages does not exist");
    expect(told).toContain("There are: shop.tracks.");
    expect(told).not.toContain("pg_views");
    const tables = Array.from({ length: 1000 }, () => ({ ...tracks, files: [] }));
    expect(String(withTables(missing, [{ schema: "shop", tables }]))).toMatch(/shop\.tracks and 960 more\./);
    const other = await errorOf("SELECT nothing FROM tracks");
    expect(withTables(other, [lake])).toBe(other);
    connection.closeSync();
  });

  it("asks again what is published when a file is gone by the time it is fetched", async () => {
    const folder = newFolder();
    const objects = new Map([[key("000002-000"), fileOf("a")]]);
    const lists = [[key("000001-000")], [key("000002-000")]];
    const { api } = apiOver(objects, () => lists.shift() ?? []);
    await pull(api, "s", folder);
    expect(filesIn(folder)).toEqual([key("000002-000")]);
  });

  it("never shows a file of which only a part came", async () => {
    const folder = newFolder();
    const name = key("000001-000");
    const { api } = apiOver(new Map([[name, fileOf("a")]]));
    const cut = async (route: string) => {
      const response = await api(route);
      return route.includes("/file?") ? new Response((await response.arrayBuffer()).slice(0, 10)) : response;
    };
    await expect(pull(cut, "s", folder)).rejects.toThrow("10 of");
    expect(existsSync(path.join(folder, name))).toBe(false);
    writeFileSync(path.join(folder, "notes.txt"), "mine");
    await pull(api, "s", folder);
    expect(existsSync(path.join(folder, "notes.txt"))).toBe(true);
  });

  it.each([
    "warehouse/shop/../../../../etc/x.parquet",
    "/etc/x.parquet",
    "warehouse/other/tracks/a.parquet",
    "warehouse/shop/tracks/x.sh",
  ])("writes nowhere else, whatever the server names: %s", async (name) => {
    const folder = newFolder();
    const { api, downloads } = apiOver(new Map([[name, fileOf("a")]]));
    await expect(pull(api, "s", folder)).rejects.toThrow("none of this schema");
    expect(downloads).toEqual([]);
  });

  it.each([
    { schema: "../..", table: "tracks" },
    { schema: "shop", table: '../x"; COPY' },
  ])("and takes no name that could lead elsewhere: %o", async (names) => {
    const folder = newFolder();
    writeFileSync(path.join(folder, "mine.parquet"), "");
    const { api } = apiOver(new Map(), undefined, names);
    await expect(pull(api, "s", path.join(folder, "lake", "host"))).rejects.toThrow("none of ours");
    expect(filesIn(folder)).toEqual(["mine.parquet"]);
  });
});

it("a printed cell stays one line and gives the terminal no commands", () => {
  expect(
    table(
      ["id", "n"],
      [
        ["a\n\u001B[2Jb", 1],
        [null, 10],
      ],
    ),
  ).toBe("id        n\n───────  ──\na  [2Jb   1\n         10");
});
