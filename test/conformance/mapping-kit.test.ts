import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bundleWorker } from "../differential/engine/bundle.ts";
import { startWorker } from "../differential/engine/start.ts";

interface Fixture {
  readonly test: string;
  readonly mapping: unknown;
  readonly event: unknown;
  /** Neither this nor `error`: the mapping resolves to nothing. */
  readonly expected?: unknown;
  readonly error?: string;
}

const read = (name: string): readonly Fixture[] =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, "fixtures", name), "utf8")) as readonly Fixture[];

/** The rules of the mapping kit (destinations.md §7.5), each with an example. */
const rules = read("mapping-rules.json");
const fixtures = read("mapping-kit.json");
const all = [...rules, ...fixtures];

let answers: readonly { readonly result?: unknown; readonly error?: string }[] = [];

beforeAll(async () => {
  const modules = bundleWorker(path.join(import.meta.dirname, "mapping-kit-worker.ts"));
  const worker = await startWorker(modules, (request) => request.socket.destroy());
  try {
    const response = await worker.dispatchFetch("http://mapping.test/", { method: "POST", body: JSON.stringify(all) });
    answers = (await response.json()) as typeof answers;
  } finally {
    await worker.dispose();
  }
});

/** An error that sums up others carries their stacks, which are the bundle's own. */
const withoutStacks = (message: string): string =>
  message
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("at "))
    .join(" ");

function hold(at: number): void {
  const { expected, error } = all[at]!;
  const answer = answers[at]!;
  if (error === undefined) expect(answer).toEqual(expected === undefined ? {} : { result: expected });
  else expect(withoutStacks(answer.error ?? "")).toBe(error);
}

describe("a mapping, resolved in workerd", () => {
  it.each(rules.map(({ test }, at) => [test, at] as const))("%s", (_rule, at) => hold(at));
});

describe("upstream's own cases of the mapping kit, resolved in workerd", () => {
  it.each(fixtures.map(({ test }, at) => [test, at + rules.length] as const))("%s (%i)", (_test, at) => hold(at));
});
