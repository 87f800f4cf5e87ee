import { expect, it } from "vitest";
import { waitFor } from "../support/archive.ts";
import { visitConsole } from "../support/console-visit.ts";
import type { TestSource } from "../support/test-source.ts";

const visit = visitConsole();

const exportsOf = (source: TestSource, view = ""): string => `/sources/${source.id}/exports${view}`;

/** Once they are in the archive: only what is there can be exported. */
async function archived(source: TestSource, events: readonly object[]): Promise<void> {
  for (const event of events) await visit.send(source, event);
  await waitFor("the archive to have them", async () => {
    const { archive } = await visit.inlet.api<{ archive: { events: number } }>(
      "GET",
      `/api/sources/${source.id}/archive`,
    );
    return archive.events === events.length;
  });
}

it("exports the open hour when asked, shows tables, what was lost, and statements to copy", async () => {
  const { page } = visit;
  const source = await visit.namedSource("Exported shop");
  const order = (n: number, total: unknown) => ({
    type: "track",
    userId: `u${n}`,
    event: "Order <img src=x onerror=alert(1)>",
    messageId: `export-${n}`,
    properties: { total, coupon: "x" },
  });
  await archived(source, [order(1, 10), order(2, 20), order(3, "<b>a lot</b>")]);

  await visit.signIn(exportsOf(source));
  await page.getByText("No tables yet", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Export now" }).click();
  await page.getByText(/^Up to date: 6 rows in 2 tables of the schema test_/).waitFor();
  const table = "order_img_src_x_onerror_alert_1";
  const row = page.getByRole("row", { name: new RegExp(table) });
  await row.getByText("Order <img src=x onerror=alert(1)>").waitFor();
  await row.getByRole("cell", { name: "3", exact: true }).waitFor();
  await row.getByText("1 lost", { exact: true }).waitFor();

  await row.getByRole("link", { name: table }).click();
  await page.waitForURL(/table=order_img/);
  const total = page.getByRole("row", { name: /^total/ });
  await total.getByText(/1 × Values that do not fit/).waitFor();
  await total.getByText('"<b>a lot</b>"').waitFor();
  await total.getByRole("button", { name: "Change the type of total" }).click();
  await page.waitForURL(/column=total/);
  await page.getByRole("alertdialog").getByLabel("Type").selectOption("varchar");
  await page.getByRole("button", { name: "Change the type" }).click();
  await page.getByText("It is varchar now. 1 hour is made again.").waitFor();
  await page.getByRole("button", { name: "Close" }).click();
  await total.getByText("varchar", { exact: true }).waitFor();
  await total.getByText(/Values that do not fit/).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Leave out coupon" }).click();
  await page.getByRole("button", { name: "Take in coupon" }).waitFor();

  await page.getByRole("button", { name: "Query" }).click();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const script = page.getByLabel("the statements", { exact: true });
  await script.getByText("CREATE SCHEMA IF NOT EXISTS").waitFor();
  await page.getByRole("button", { name: "Copy the statements" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  expect(await page.evaluate<string>("navigator.clipboard.readText()")).toContain(`${table}/day=*/hr=*/manifest.json`);
  await page.getByRole("button", { name: "BigQuery" }).click();
  await page.getByLabel("Where the files lie").fill("r2://mine/");
  await page.getByText("With this dialect a base is gs://.").waitFor();
  await page.getByLabel("Where the files lie").fill("gs://mine/");
  await script.getByText("gs://mine/warehouse/").first().waitFor();
  expect(page.url()).toContain("base=gs");
});

it("keeps the rules of the exports, says at the field what does not fit, and makes hours again", async () => {
  const { page } = visit;
  const source = await visit.namedSource("Ruled shop");
  await archived(source, [{ type: "track", userId: "u1", event: "Seen", messageId: "ruled-1", properties: { a: 1 } }]);
  await visit.signIn(exportsOf(source, "?view=settings"));
  const left = page.getByRole("region", { name: "What is left out" });
  await left.getByLabel("Columns a table may have").fill("10");
  await left.getByLabel("Columns to leave out").fill("seen");
  await left.getByRole("button", { name: "Save" }).click();
  await left.getByText("“seen” names no column: write it as table.column.").waitFor();
  await left.getByLabel("Columns to leave out").fill("seen.a");
  await left.getByRole("button", { name: "Save" }).click();
  await left.getByText("Must be at least 50").waitFor();
  await left.getByLabel("Columns a table may have").fill("60");
  await left.getByRole("button", { name: "Save" }).click();
  await left.getByText("Saved. It takes effect within seconds.").waitFor();

  await page.getByRole("button", { name: "Export now" }).click();
  await page.getByText(/^Up to date/).waitFor();
  await page.getByRole("button", { name: "Hours", exact: true }).click();
  await page.getByRole("row", { name: /published/ }).waitFor();
  await page.getByRole("button", { name: "Make again…" }).click();
  await page.getByRole("button", { name: "Make 1 hour again" }).click();
  await page.getByText("1 hour is made again, one after the other.").waitFor();
  await page.getByRole("button", { name: "Close" }).click();
  await page
    .getByRole("row", { name: /published/ })
    .getByRole("cell", { name: "2", exact: true })
    .waitFor();

  await page.getByRole("button", { name: "History" }).click();
  await page
    .getByRole("button", { name: /Tables by the hour/ })
    .first()
    .click();
  await page.getByText(/Left out, as the source's export settings say\./).waitFor();
});

it("adds a warehouse after trying it, shows why it is behind, pauses it, and removes it by name", async () => {
  const { page } = visit;
  const source = await visit.namedSource("Loaded shop");
  await archived(source, [{ type: "track", userId: "u1", event: "Seen", messageId: "loaded-1" }]);
  await visit.inlet.api("POST", `/api/sources/${source.id}/exports/run`, {});
  await visit.signIn("/warehouses");
  await page.getByRole("button", { name: "Add a warehouse" }).first().click();
  await page.getByRole("button", { name: /^ClickHouse/ }).click();
  await page.getByLabel("URL").fill("http://127.0.0.1:9/");
  await page.getByLabel("Password").fill("hunter2");
  await page.getByRole("button", { name: "Test the connection" }).click();
  await page.getByText(/cannot be reached/).waitFor();
  await page.getByRole("checkbox", { name: "Loaded shop" }).setChecked(true);
  await page.getByRole("button", { name: "Add the warehouse" }).click();
  await page.getByRole("heading", { name: "ClickHouse", level: 1 }).waitFor();
  await page.getByText("Stored; it cannot be shown.").waitFor();

  const connected = page.getByRole("list", { name: "Connected sources" });
  await connected.getByText("failing, 1 hour behind").waitFor();
  await page.getByRole("button", { name: "Pause" }).click();
  await connected.getByText("paused", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Delete the warehouse…" }).click();
  await page.getByLabel(/^Type ClickHouse/).fill("ClickHouse");
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByText("No warehouses", { exact: true }).waitFor();
  expect(page.url()).toMatch(/\/warehouses$/);
});
