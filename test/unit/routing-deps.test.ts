import { expect, it } from "vitest";
import { createRoutingDeps } from "../../src/bindings/delivery-deps.ts";
import type { DestinationContext, Directory } from "../../src/core/catalog.ts";

const webhook = { id: "d", sourceIds: ["s"] } as unknown as DestinationContext;
const directory = (version: number, ...destinations: DestinationContext[]): Directory => ({
  version,
  sources: [],
  destinations,
});

/** A catalog whose answers come when the test says so, in the order it says. */
function slowCatalog() {
  const asked: { version: number | undefined; answer: (value: Directory | "unchanged") => void }[] = [];
  const stub = {
    directory: (version?: number) =>
      new Promise<Directory | "unchanged">((answer) => void asked.push({ version, answer })),
  };
  return { asked, env: { CATALOG: { getByName: () => stub } } as unknown as Env };
}

it("does not take an answer that was overtaken for the current directory", async () => {
  const { asked, env } = slowCatalog();
  const { destinationsOf } = createRoutingDeps(env);
  const slow = destinationsOf("s");
  const quick = destinationsOf("s");
  asked[1]!.answer(directory(2, webhook));
  expect(await quick).toEqual([webhook]);
  const next = destinationsOf("s");
  expect(asked[2]!.version).toBe(2);
  asked[0]!.answer(directory(1));
  await slow;
  asked[2]!.answer("unchanged");
  expect(await next).toEqual([webhook]);
});
