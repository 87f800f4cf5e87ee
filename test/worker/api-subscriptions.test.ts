import { describe, expect, it } from "vitest";
import { api, at, connectWebhook, type Json } from "../support/api.ts";

const TRACK = 'type = "track"';
const body = (part: Record<string, unknown> = {}) => ({ name: "Orders", actionId: "send", trigger: TRACK, ...part });

async function makeSubscription(destination: Json, part: Record<string, unknown> = {}): Promise<Json> {
  const { data, text } = await api("POST", at(destination, "/subscriptions"), body(part));
  if (data["subscription"] === undefined) throw new Error(text);
  return data["subscription"];
}

describe("subscriptions", () => {
  it("are made off, with the defaults of the action's fields as their mapping, and the trigger as given", async () => {
    const destination = await connectWebhook();
    expect(await makeSubscription(destination)).toMatchObject({
      name: "Orders",
      actionId: "send",
      actionSlug: "send",
      destinationId: destination["id"],
      enabled: false,
      trigger: TRACK,
      settings: { data: { "@path": "$." } },
    });
  });

  it("are changed in what is named, wrapped as the Public API wraps it or not, the mapping as a whole", async () => {
    const destination = await connectWebhook();
    const made = await makeSubscription(destination, { settings: { data: { a: 1, b: { "@path": "$.event" } } } });
    const path = at(destination, `/subscriptions/${String(made["id"])}`);
    const bare = await api("PATCH", path, { enabled: true });
    expect(bare.data["subscription"]).toMatchObject({ enabled: true, settings: { data: { a: 1 } } });
    const wrapped = await api("PATCH", path, { input: { name: "Renamed", settings: { data: { c: 2 } } } });
    expect(wrapped.data["subscription"]).toMatchObject({ name: "Renamed", enabled: true });
    expect((await api("GET", path)).data["subscription"]?.["settings"]).toEqual({ data: { c: 2 } });
    expect((await api("DELETE", path)).data).toEqual({ status: "SUCCESS" });
    expect((await api("GET", path)).errors[0]?.message).toBe("There is no such subscription.");
  });

  it("are listed page by page, the oldest first", async () => {
    const destination = await connectWebhook();
    await makeSubscription(destination, { name: "second" });
    const { data } = await api("GET", at(destination, "/subscriptions?pagination[count]=1"));
    expect(data["subscriptions"]).toMatchObject([{ name: "Send every event" }]);
    const next = String(data["pagination"]?.["next"]);
    const rest = await api("GET", at(destination, `/subscriptions?pagination[cursor]=${next}`));
    expect(rest.data["subscriptions"]).toMatchObject([{ name: "second" }]);
  });

  const deep = JSON.parse(`${'{"a":'.repeat(200)}1${"}".repeat(200)}`) as object;
  it.each([
    ["an action the kind lacks", { actionId: "fax" }, "actionId"],
    ["no trigger", { trigger: "" }, "trigger"],
    ["a trigger that cannot be read", { trigger: 'type = "track" and (' }, "trigger"],
    ["a trigger that is too long", { trigger: `event = "${"x".repeat(5000)}"` }, "trigger"],
    ["a field the action lacks", { settings: { data: {}, colour: "red" } }, "settings.colour"],
    ["two directives in one object", { settings: { data: { "@path": "$.a", "@template": "b" } } }, "settings.data"],
    ["a directive nobody knows", { settings: { data: { x: { "@nope": 1 } } } }, "settings.data.x"],
    ["a wrong directive within a list", { settings: { data: { x: [{ "@nope": 1 }] } } }, "settings.data.x.0"],
    ["arguments of a wrong type", { settings: { data: { "@path": 5 } } }, "settings.data.@path"],
    ["a mapping nested too deeply", { settings: { data: deep } }, "settings"],
    ["a mapping that is too large", { settings: { data: { x: "y".repeat(70_000) } } }, "settings"],
  ])("refuse %s, on creation and on change", async (_what, part, field) => {
    const destination = await connectWebhook();
    const made = await makeSubscription(destination);
    const path = at(destination, "/subscriptions");
    const answers = [await api("POST", path, body(part))];
    if (!("actionId" in part)) answers.push(await api("PATCH", `${path}/${String(made["id"])}`, part));
    for (const { status, errors } of answers) expect([status, errors[0]?.field]).toEqual([422, field]);
  });

  it("say what is wrong with a mapping in every place at once", async () => {
    const settings = { data: { "@path": 5 }, colour: 1, size: { "@a": 1, "@b": 2 } };
    const { errors } = await api("POST", at(await connectWebhook(), "/subscriptions"), body({ settings }));
    expect(errors.map(({ field }) => field).toSorted()).toEqual([
      "settings.colour",
      "settings.data.@path",
      "settings.size",
      "settings.size",
    ]);
  });

  it("belong to a destination that exists", async () => {
    const gone = { id: "nope" } as unknown as Json;
    for (const [method, rest] of [
      ["GET", "/subscriptions"],
      ["POST", "/subscriptions"],
      ["GET", "/subscriptions/x"],
      ["DELETE", "/subscriptions/x"],
    ] as const) {
      const { status, errors } = await api(method, at(gone, rest), method === "POST" ? body() : undefined);
      expect([status, errors[0]?.message]).toEqual([404, "There is no such destination."]);
    }
  });
});
