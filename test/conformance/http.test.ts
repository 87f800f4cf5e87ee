import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readArchive, type ArchivedEvent } from "../support/archive.ts";
import { startInlet, type RunningInlet } from "../support/server.ts";
import { createSource } from "../support/test-source.ts";
import type { Form, FormAnswer, Sender } from "./form.ts";
import { DOOR_FORMS } from "./forms-door.ts";
import { GET_FORMS } from "./forms-get.ts";
import { RULE_FORMS } from "./forms-rules.ts";

// Every documented way to send, over real HTTP against the bundled Worker: the answer, and what reached the archive.

const FORMS: readonly Form[] = [...DOOR_FORMS, ...RULE_FORMS, ...GET_FORMS];

interface Sent {
  readonly sender: Sender;
  readonly answers: readonly { status: number; headers: Headers; text: string }[];
}

let inlet: RunningInlet;
let archive: readonly ArchivedEvent[];
const sent = new Map<string, Sent>();

const asBody = (body: string | Uint8Array | object): BodyInit =>
  typeof body === "string" ? body : body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);

async function send(form: Form, sender: Sender): Promise<Sent> {
  const { method = "POST", headers = {}, body } = form.request(sender);
  const answers = [];
  for (let i = 0; i < (form.times ?? 1); i++) {
    const response = await fetch(new URL(form.path(sender), inlet.url), {
      method,
      headers,
      ...(body === undefined ? {} : { body: asBody(body) }),
    });
    answers.push({ status: response.status, headers: response.headers, text: await response.text() });
  }
  return { sender, answers };
}

beforeAll(async () => {
  inlet = await startInlet({ INLET_PATH_PREFIX: "/k3x9" });
  const source = await createSource(inlet);
  for (const [i, form] of FORMS.entries()) {
    sent.set(
      form.name,
      await send(form, { key: source.writeKey, who: `form-${i}-${crypto.randomUUID()}`, now: new Date() }),
    );
  }
  archive = await readArchive(inlet, source.id);
});

afterAll(() => inlet.stop());

function expectAnswer(answer: Sent["answers"][number], expected: FormAnswer): void {
  expect(answer.status, answer.text).toBe(expected.status);
  if (expected.body !== undefined) expect(JSON.parse(answer.text)).toMatchObject(expected.body as object);
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    if (typeof value === "string") expect(answer.headers.get(name), name).toBe(value);
    else expect(answer.headers.get(name), name).toMatch(value);
  }
}

describe("every documented form", () => {
  it.each(FORMS)("$name → $expect", (form) => {
    const one = sent.get(form.name);
    if (one === undefined) throw new Error("it was not sent");
    for (const answer of one.answers) expectAnswer(answer, form.answer);
    const { who } = one.sender;
    const kept = archive.filter((event) => event["userId"] === who || event["anonymousId"] === who);
    const expected = form.archived(one.sender);
    expect(kept.map((event) => event.type)).toHaveLength(expected.length);
    expect(kept).toMatchObject(expected);
  });
});

it("nothing else is in the archive, and no write key", () => {
  expect(sent.size).toBe(FORMS.length);
  expect(archive.filter((event) => Object.hasOwn(event, "writeKey"))).toEqual([]);
  const senders = new Set([...sent.values()].map(({ sender }) => sender.who));
  const strangers = archive.filter(
    (event) => ![event["userId"], event["anonymousId"]].some((id) => senders.has(String(id))),
  );
  expect(strangers).toEqual([]);
});

it("README.md lists every form with its spec line and expectation", async () => {
  const text = await readFile(path.join(import.meta.dirname, "README.md"), "utf8");
  const rows = text.split("\n").filter((line) => /^\| (?!Form |-)/.test(line));
  const cells = rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  expect(cells).toEqual(FORMS.map(({ name, spec, expect: expectation }) => [name, spec, expectation]));
});
