import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { waitFor } from "../support/archive.ts";
import { visitConsole } from "../support/console-visit.ts";
import { startHookServer, type HookServer } from "../support/hook-server.ts";

const visit = visitConsole();
let hook: HookServer;

beforeAll(async () => {
  hook = await startHookServer();
});
beforeEach(() => {
  hook.requests.length = 0;
});
afterAll(() => hook.stop());

interface Made {
  readonly destination: { readonly id: string };
}
interface Listed {
  readonly subscriptions: readonly {
    readonly id: string;
    readonly name: string;
    readonly enabled: boolean;
    readonly trigger: string;
    readonly settings: Readonly<Record<string, unknown>>;
  }[];
}

/** A webhook of that source, as the console's form makes it. */
async function makeHook(sourceId: string, name = "Hook"): Promise<string> {
  const body = { sourceIds: [sourceId], metadataId: "webhook", name, settings: { url: hook.url } };
  const { destination } = await visit.inlet.api<Made>("POST", "/api/destinations", body);
  return destination.id;
}

const mappingsOf = async (destinationId: string): Promise<Listed["subscriptions"]> =>
  (await visit.inlet.api<Listed>("GET", `/api/destinations/${destinationId}/subscriptions`)).subscriptions;

describe("a newcomer", () => {
  it("finds a tool in the catalogue, sets it up, and sees its first delivery without reading docs", async () => {
    const { page } = visit;
    const source = await visit.namedSource("First steps");
    await visit.signIn("/destinations");
    await page.getByRole("button", { name: "Add a destination" }).first().click();
    await page.getByLabel("Search the catalogue").fill("webh");
    await page.getByRole("link", { name: /^Webhooks built in/ }).click();
    await page.getByRole("checkbox", { name: "First steps" }).check();
    await page.getByLabel("URL").fill(hook.url);
    await page.getByRole("button", { name: "Create the destination" }).click();
    await page.waitForURL((url) => url.pathname.endsWith("/delivery"));
    const first = page.getByRole("region", { name: "The first delivery" });
    await first.getByRole("button", { name: "Send a test event" }).click();
    await first.getByText("The first event was delivered.").waitFor();
    expect(hook.requests.length).toBeGreaterThan(0);
    expect(JSON.stringify(hook.requests.map(({ body }) => body))).toContain("inlet-test-");
    const sent = await visit.inlet.api<{ entries: readonly unknown[] }>("GET", `/api/sources/${source.id}/debugger`);
    expect(sent.entries).toHaveLength(1);
  });

  it("is told at the fields what is missing, and nothing is made", async () => {
    const { page } = visit;
    const source = await visit.namedSource("Nothing made");
    await visit.signIn(`/catalog/webhook?source=${source.id}`);
    await page.getByLabel("URL").fill("not an address");
    await page.getByRole("checkbox", { name: "Nothing made" }).uncheck();
    await page.getByRole("button", { name: "Create the destination" }).click();
    await page.getByRole("alert").getByText("Choose at least one.").waitFor();
    await page.getByRole("checkbox", { name: "Nothing made" }).check();
    await page.getByRole("button", { name: "Create the destination" }).click();
    await page.getByLabel("URL").and(page.locator("[aria-invalid=true]:focus")).waitFor();
    await page.getByRole("textbox", { name: /^Headers/ }).fill("X-Team: data\nbroken");
    await page.getByRole("button", { name: "Create the destination" }).click();
    await page.getByText("Line 2 has no name with a colon after it").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.waitForURL((url) => url.pathname === "/catalog");
    const { destinations } = await visit.inlet.api<{ destinations: readonly { sourceIds: readonly string[] }[] }>(
      "GET",
      "/api/destinations",
    );
    expect(destinations.filter(({ sourceIds }) => sourceIds.includes(source.id))).toEqual([]);
  });
});

describe("the catalogue", () => {
  it("finds as one types, keeps the question in the address, and says why a tool is not available", async () => {
    const { page } = visit;
    await visit.signIn("/catalog");
    await page.getByLabel("Search the catalogue").fill("amplitude");
    await page
      .getByRole("link", { name: /Amplitude/ })
      .first()
      .waitFor();
    expect(await page.getByRole("link", { name: /^Webhooks/ }).count()).toBe(0);
    await page.waitForURL((url) => url.searchParams.get("q") === "amplitude");
    await page.getByLabel("Search the catalogue").fill("");
    await page.getByRole("button", { name: /^Not available here/ }).click();
    await page.getByRole("main").getByRole("listitem").first().click();
    await page.getByText(/cannot run in Inlet/).waitFor();
    expect(await page.getByRole("button", { name: "Create the destination" }).count()).toBe(0);
  });
});

describe("a mapping", () => {
  it("is edited beside what becomes of a real event, and saved as it was shown", async () => {
    const { page } = visit;
    const source = await visit.namedSource("Edited");
    const destinationId = await makeHook(source.id);
    await visit.send(source, { type: "track", userId: "u1", event: "Bought", properties: { total: 12.5 } });
    await waitFor("the event in the debugger", async () => {
      const { entries } = await visit.inlet.api<{ entries: readonly unknown[] }>(
        "GET",
        `/api/sources/${source.id}/debugger`,
      );
      return entries.length > 0;
    });
    await visit.signIn(`/destinations/${destinationId}/mappings`);
    const [before] = await mappingsOf(destinationId);
    await page.getByRole("link", { name: before!.name }).click();
    await page.getByRole("button", { name: "Write it as text (FQL)" }).click();
    await page.getByLabel("Trigger as FQL").fill('type = "track" and event = "Bought"');
    await page.getByRole("button", { name: "Use the builder" }).click();
    expect(await page.getByLabel("Value of condition 2").inputValue()).toBe("Bought");
    await page.getByLabel("Where Data comes from").selectOption("object");
    await page.getByLabel("New key of Data").fill("amount");
    await page.getByLabel("New key of Data").press("Enter");
    const amount = page.getByLabel("amount: field of the event");
    await amount.click();
    await amount.fill("total");
    await page.getByRole("option", { name: /properties\.total/ }).click();
    const preview = page.getByRole("complementary", { name: "Preview" });
    await preview.getByLabel("Payload", { exact: true }).getByText("12.5").waitFor();
    await preview.getByText("The trigger takes this event.").waitFor();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved.").waitFor();
    const [after] = await mappingsOf(destinationId);
    expect(after).toMatchObject({
      trigger: 'type = "track" and event = "Bought"',
      settings: { data: { amount: { "@path": "$.properties.total" } } },
    });
    await page.getByLabel("Value of condition 2").fill("Sold");
    await preview.getByText("The trigger does not take this event").waitFor();
  });

  it("is not saved while a directive is none, and says what the collector says against it", async () => {
    const { page } = visit;
    const source = await visit.namedSource("Refused mapping");
    const destinationId = await makeHook(source.id);
    const [mapping] = await mappingsOf(destinationId);
    await visit.signIn(`/destinations/${destinationId}/mappings/${mapping!.id}`);
    await page.getByLabel("Where Data comes from").selectOption("json");
    await page.getByLabel("Data as JSON").fill('{"@nope": 1}');
    await page.getByText("There is no directive @nope").waitFor();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Not saved: something above is not complete yet.").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("x".repeat(200));
    expect(await page.getByRole("textbox", { name: "Name", exact: true }).inputValue()).toHaveLength(120);
    expect(await mappingsOf(destinationId)).toEqual([mapping]);
    await page.getByRole("button", { name: "Undo" }).click();
  });

  it("is switched off, added from an action, and deleted by its name", async () => {
    const { page } = visit;
    const source = await visit.namedSource("Several");
    const destinationId = await makeHook(source.id);
    const [first] = await mappingsOf(destinationId);
    await visit.signIn(`/destinations/${destinationId}/mappings`);
    await page.getByRole("switch").first().click();
    await page.getByText("None is switched on: nothing is sent.").waitFor();
    await page.getByRole("button", { name: "Add a mapping" }).first().click();
    await page.getByRole("region", { name: "Actions" }).getByRole("link").first().click();
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("Second");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("link", { name: "Second" }).waitFor();
    expect((await mappingsOf(destinationId)).map(({ name, enabled }) => [name, enabled])).toEqual([
      [first!.name, false],
      ["Second", true],
    ]);
    await page.getByRole("button", { name: `Delete ${first!.name}` }).click();
    await page.getByLabel(/to confirm/).fill(first!.name);
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("link", { name: first!.name }).waitFor({ state: "detached" });
    expect((await mappingsOf(destinationId)).map(({ name }) => name)).toEqual(["Second"]);
  });
});

describe("one event", () => {
  it("is tried without being sent, then sent, with the request and the answer to see", async () => {
    const { page } = visit;
    const source = await visit.namedSource("Tried");
    const destinationId = await makeHook(source.id);
    hook.answer = (_, response) => void response.writeHead(202).end("<i>thanks</i>");
    await visit.signIn(`/destinations/${destinationId}/test`);
    await page.getByLabel("The event as JSON").fill('{"type": "track", "event": "<b>Tried</b>", "userId": "u1"}');
    await page.getByRole("button", { name: "Show what would be sent" }).click();
    const results = page.getByRole("region", { name: "What became of it" });
    await results.getByText("1 mapping of 1 takes it. Nothing was sent.").waitFor();
    expect(await results.getByLabel("Request body", { exact: true }).textContent()).toContain("<b>Tried</b>");
    expect(hook.requests).toEqual([]);
    await page.getByRole("button", { name: /^Send it to/ }).click();
    await results.getByText("1 mapping of 1 takes it; 1 delivered.").waitFor();
    await results.getByText("answered 202").waitFor();
    expect(await results.getByLabel("Response body", { exact: true }).textContent()).toContain("<i>thanks</i>");
    expect(hook.requests).toHaveLength(1);
    await page.getByLabel("The event as JSON").fill("{");
    await page.getByText(/This is not JSON/).waitFor();
    expect(await page.getByRole("button", { name: "Show what would be sent" }).isDisabled()).toBe(true);
  });
});

describe("a destination's settings", () => {
  it("keep a stored secret unseen, take another source, pause and resume", async () => {
    const { page } = visit;
    const [source, other] = await Promise.all([visit.namedSource("Settled"), visit.namedSource("Other source")]);
    const destinationId = await makeHook(source.id, "Configured");
    await visit.signIn(`/destinations/${destinationId}/settings`);
    await page.getByLabel("Shared secret").fill("s3cret");
    const connection = page.getByRole("region", { name: "Connection" });
    await connection.getByRole("button", { name: "Save" }).click();
    await connection.getByText("Stored; it cannot be shown.").waitFor();
    await page.getByRole("checkbox", { name: "Other source" }).check();
    const general = page.getByRole("region", { name: "General" });
    await general.getByRole("button", { name: "Save" }).click();
    await general.getByText("Saved.").waitFor();
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await page.getByText("It is paused: its events wait and none are dropped.").waitFor();
    const { destination } = await visit.inlet.api<{ destination: Readonly<Record<string, unknown>> }>(
      "GET",
      `/api/destinations/${destinationId}`,
    );
    expect(destination).toMatchObject({ paused: true, secrets: { sharedSecret: true } });
    expect(new Set(destination["sourceIds"] as string[])).toEqual(new Set([source.id, other.id]));
    expect(JSON.stringify(destination)).not.toContain("s3cret");
    await page.getByRole("button", { name: "Resume" }).first().click();
    await page.getByText("It is paused: its events wait and none are dropped.").waitFor({ state: "detached" });
  });
});
