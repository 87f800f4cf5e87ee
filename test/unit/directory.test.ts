import { beforeEach, describe, expect, it, vi } from "vitest";
import { DirectoryCache } from "../../src/bindings/directory.ts";
import type { Directory } from "../../src/core/catalog.ts";
import type { SourceContext } from "../../src/core/source.ts";

const source = (id: string, ...writeKeys: string[]) =>
  ({ id, writeKeys, route: { epoch: 1 } }) as unknown as SourceContext;
const directory = (version: number, ...sources: SourceContext[]): Directory => ({ version, sources, destinations: [] });

let now = 0;
const load = vi.fn<(version?: number) => Promise<Directory | "unchanged">>();
const cache = () => new DirectoryCache(load, () => now);

beforeEach(() => {
  now = 1_000_000;
  load.mockReset();
});

describe("directory cache", () => {
  it("asks once, serves for seconds, then asks whether anything changed", async () => {
    const one = cache();
    load.mockResolvedValueOnce(directory(1, source("a", "ka"))).mockResolvedValueOnce("unchanged");
    expect((await one.findSource(["ka"]))?.id).toBe("a");
    now += 4000;
    await one.findSource(["ka"]);
    expect(load).toHaveBeenCalledTimes(1);
    now += 2000;
    expect((await one.findSource(["ka"]))?.id).toBe("a");
    expect(load.mock.calls).toEqual([[undefined], [1]]);
  });

  it("takes the first key that a source has", async () => {
    load.mockResolvedValue(directory(1, source("a", "ka"), source("b", "kb", "kb2")));
    expect((await cache().findSource(["REDACTED", "kb2", "ka"]))?.id).toBe("b");
  });

  it("finds a source made a moment ago, by however many requests at once", async () => {
    const one = cache();
    load.mockResolvedValueOnce(directory(1)).mockResolvedValue(directory(2, source("new", "kn")));
    await one.get();
    const found = await Promise.all(Array.from({ length: 15 }, () => one.findSource(["kn"])));
    expect(found.map((each) => each?.id)).toEqual(Array.from({ length: 15 }, () => "new"));
  });

  it("lets a flood of made-up keys ask a few times at once and then ten times a second", async () => {
    const one = cache();
    load.mockResolvedValue(directory(1));
    await one.get();
    for (let i = 0; i < 500; i++) expect(await one.findSource([`made-up-${i}`])).toBeUndefined();
    expect(load).toHaveBeenCalledTimes(1 + 20);
    now += 1000;
    for (let i = 0; i < 500; i++) expect(await one.findSource([`made-up-${i}`])).toBeUndefined();
    expect(load).toHaveBeenCalledTimes(1 + 20 + 10);
    now -= 60_000;
    await one.findSource(["after the clock stepped back"]);
    now += 1000;
    await one.findSource(["made-up"]);
    expect(load.mock.calls.length).toBeGreaterThan(31);
  });

  it("sees a change made through this isolate at once, also beside a request that still asks", async () => {
    const one = cache();
    load.mockResolvedValueOnce(directory(1, source("a", "ka")));
    await one.get();
    one.expire();
    load.mockReturnValueOnce(new Promise(() => {})).mockResolvedValue(directory(2, source("b", "ka")));
    void one.get();
    expect((await one.findSource(["ka"]))?.id).toBe("b");
  });

  it("keeps the newer of two answers that overtook each other", async () => {
    const one = cache();
    load.mockResolvedValueOnce(directory(1, source("a", "ka")));
    await one.get();
    const late = Promise.withResolvers<Directory>();
    load.mockReturnValueOnce(late.promise).mockResolvedValueOnce(directory(3, source("c", "ka")));
    const first = one.reload("a");
    await one.reload("c");
    late.resolve(directory(2, source("b", "ka")));
    await first;
    expect((await one.findSource(["ka"]))?.id).toBe("c");
  });

  it("serves the old copy while the catalog is unreachable, and throws only when there is none", async () => {
    const one = cache();
    load.mockRejectedValueOnce(new Error("unreachable"));
    await expect(one.findSource(["ka"])).rejects.toThrow("unreachable");
    load.mockResolvedValueOnce(directory(1, source("a", "ka"))).mockRejectedValue(new Error("unreachable"));
    expect((await one.findSource(["ka"]))?.id).toBe("a");
    now += 10 * 60_000;
    expect((await one.findSource(["ka"]))?.id).toBe("a");
  });

  it("lets others use the old copy while one request asks, and forgets a request that never came back", async () => {
    const one = cache();
    load.mockResolvedValueOnce(directory(1, source("a", "ka")));
    await one.get();
    now += 6000;
    load.mockReturnValueOnce(new Promise(() => {}));
    void one.get();
    expect((await one.findSource(["ka"]))?.id).toBe("a");
    expect(load).toHaveBeenCalledTimes(2);
    now += 4000;
    load.mockResolvedValueOnce(directory(2, source("b", "ka")));
    expect((await one.findSource(["ka"]))?.id).toBe("b");
  });

  it("drops expired keys: once a minute it takes a full copy whatever the version says", async () => {
    const one = cache();
    load
      .mockResolvedValueOnce(directory(1, source("a", "ka", "old")))
      .mockResolvedValueOnce(directory(1, source("a", "ka")));
    await one.get();
    now += 60_000;
    expect(await one.findSource(["old"])).toBeUndefined();
    expect(load.mock.calls[1]).toEqual([undefined]);
  });

  it("reloads at once when an Intake knows a newer shard layout", async () => {
    const one = cache();
    load
      .mockResolvedValueOnce(directory(1, source("a", "ka")))
      .mockResolvedValueOnce(directory(2, source("a", "ka", "kb")));
    await one.get();
    expect((await one.reload("a"))?.writeKeys).toEqual(["ka", "kb"]);
  });
});
