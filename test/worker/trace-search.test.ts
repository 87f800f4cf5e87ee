import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../support/api.ts";
import { append, newSource, trace } from "../support/trace.ts";

beforeEach(() => void vi.spyOn(env.EVENTS, "send").mockResolvedValue(undefined as never));
afterEach(() => vi.restoreAllMocks());

describe("the search", () => {
  it("finds an event without its source's name, and says who else knows the id", async () => {
    const [one, two] = [await newSource({ name: "One" }), await newSource({ name: "Two" })];
    const id = crypto.randomUUID();
    await append(one.id, [id]);
    await append(two.id, [id]);
    const { data } = await trace(id);
    expect(data["trace"]).toMatchObject({ sourceId: one.id });
    expect(data["otherSources"]).toMatchObject([{ sourceId: two.id, sourceName: "Two", status: "pending" }]);
    expect(data["search"]).toMatchObject({ unasked: 0, unanswered: [] });
    expect((await trace(id, two.id)).data).toMatchObject({ trace: { sourceId: two.id }, otherSources: [] });
  });

  it("answers 404 with the id for one nobody sent, and for a source that does not exist", async () => {
    const { id } = await newSource();
    const answer = await trace("never-sent", id);
    expect([answer.status, answer.errors]).toMatchObject([
      404,
      [{ type: "not_found", field: "messageId", message: expect.stringContaining("never-sent") }],
    ]);
    expect((await trace("never-sent", "src_nope")).status).toBe(404);
  });

  it("answers 503, not 404, while the only source that may know the id cannot be asked", async () => {
    const { id } = await newSource({ name: "Shop" });
    const real = env.INTAKE.getByName.bind(env.INTAKE);
    vi.spyOn(env.INTAKE, "getByName").mockImplementation((name) => {
      if (!name.startsWith(id)) return real(name);
      return { lookup: () => Promise.reject(new Error("overloaded")) } as unknown as ReturnType<typeof real>;
    });
    const answer = await trace("some-id", id);
    expect([answer.status, answer.headers.get("retry-after"), answer.errors]).toMatchObject([
      503,
      "5",
      [{ type: "unavailable", message: expect.stringContaining("Shop") }],
    ]);
  });

  it.each([
    "' OR 1=1 --",
    "../../sources",
    "<script>alert(1)</script>",
    "😀\u0000\n",
    "__proto__",
    "%",
    "x".repeat(300),
  ])("knows no event with the id %j", async (id) => {
    const source = await newSource();
    expect((await trace(id, source.id)).status).toBe(404);
  });

  it("finds an event whatever its id is made of", async () => {
    const source = await newSource();
    const id = "../a/?b=1&c#%2F <b>é😀";
    await append(source.id, [id]);
    expect((await trace(id, source.id)).data["trace"]).toMatchObject({ messageId: id, status: "pending" });
  });

  it.each([
    ["an id that is too long", `/trace/${"x".repeat(301)}`],
    ["an empty source", "/trace/a?sourceId="],
    ["a source that is too long", `/trace/a?sourceId=${"x".repeat(65)}`],
  ])("refuses %s", async (_what, path) => {
    expect((await api("GET", path)).status).toBe(422);
  });
});
