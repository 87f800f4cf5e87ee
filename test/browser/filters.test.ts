import { expect, it } from "vitest";
import { waitFor } from "../support/archive.ts";
import { visitConsole } from "../support/console-visit.ts";

const visit = visitConsole();

interface Made {
  readonly destination: { readonly id: string };
}
interface Listed {
  readonly filters: readonly { readonly if: string; readonly actions: readonly unknown[]; readonly enabled: boolean }[];
}

it("builds a filter, tries it on a real event, and keeps it as Segment's API has it", async () => {
  const { page } = visit;
  const source = await visit.namedSource("Filtered");
  const body = { sourceIds: [source.id], metadataId: "sink", name: "Filtered sink", settings: {} };
  const { destination } = await visit.inlet.api<Made>("POST", "/api/destinations", body);
  const filters = async () =>
    (await visit.inlet.api<Listed>("GET", `/api/destination/${destination.id}/filters`)).filters;
  const properties = { email: "a@b.example", plan: "pro" };
  await visit.send(source, { type: "track", userId: "u1", event: "Signed Up", messageId: "filter-me", properties });
  await waitFor("the event in the debugger", async () => {
    const path = `/api/sources/${source.id}/debugger`;
    return (await visit.inlet.api<{ entries: unknown[] }>("GET", path)).entries.length === 1;
  });

  await visit.signIn(`/destinations/${destination.id}/filters`);
  await page.getByRole("button", { name: "Add a filter" }).first().click();
  await page.waitForURL(/filters\/new$/);
  const preview = page.getByRole("complementary", { name: "Preview" });
  await preview.getByText("Dropped.").waitFor();
  await page.getByLabel("Action 1").selectOption({ label: "Remove fields from them" });
  await page.getByLabel("Fields, one a line").fill("properties.email");
  await preview.getByText(", without 1 field.").waitFor();
  await preview.getByRole("list", { name: "Taken out" }).getByText("properties.email").waitFor();
  await page.getByLabel("Subject of condition 1").selectOption({ label: "Event name" });
  await page.getByLabel("Value of condition 1").fill("Something else");
  await preview.getByText(", unchanged.").waitFor();
  await page.getByLabel("Value of condition 1").fill("Signed Up");
  await page.getByText("It needs a name.").waitFor();
  expect(await page.getByRole("button", { name: "Cancel" }).count()).toBe(1);
  await page.getByLabel("Name").fill("No e-mail addresses");
  await page.getByRole("button", { name: "Save" }).click();
  await page.waitForURL(/filters$/);
  await page.getByText("Removes properties.email: Event name is “Signed Up”").waitFor();
  expect(await filters()).toMatchObject([
    { if: 'event = "Signed Up"', actions: [{ type: "DROP_PROPERTIES", fields: { properties: ["email"] } }] },
  ]);

  await page.getByRole("switch", { name: /No e-mail addresses/ }).click();
  await page.getByText("None is switched on").waitFor();
  expect((await filters())[0]?.enabled).toBe(false);
});

it("says at the text what is wrong with it, and where", async () => {
  const { page } = visit;
  const source = await visit.namedSource("Wrongly filtered");
  const body = { sourceIds: [source.id], metadataId: "sink", name: "Wrong sink", settings: {} };
  const { destination } = await visit.inlet.api<Made>("POST", "/api/destinations", body);
  await visit.signIn(`/destinations/${destination.id}/filters/new`);
  await page.getByLabel("Name").fill("Broken");
  await page.getByRole("button", { name: "Write it as text (FQL)" }).click();
  await page.getByLabel("Condition as FQL").fill('event = "a" and and');
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByLabel("Condition as FQL").and(page.locator("[aria-invalid=true]")).waitFor();
  await page
    .getByText(/at character \d+/)
    .first()
    .waitFor();
});
