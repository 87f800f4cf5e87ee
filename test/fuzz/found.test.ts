// What fuzzing has found, one request each, and what it is answered now.
import { afterAll, beforeAll, expect, it } from "vitest";
import { startInlet, type RunningInlet } from "../support/server.ts";
import { Caller } from "./http-wire.ts";
import type { FuzzInput } from "./input.ts";

let inlet: RunningInlet;
beforeAll(async () => {
  inlet = await startInlet();
});
afterAll(() => inlet.stop());

const json = (method: string, target: string, text: string): FuzzInput => ({
  method,
  target,
  headers: [],
  body: Buffer.from(text),
});

const FOUND: readonly (readonly [what: string, input: FuzzInput, status: number])[] = [
  ["a GET with a body in chunks", { ...json("GET", "/api/sources", "x"), framing: "chunked" }, 401],
  ["a token whose length cannot be compared", json("POST", "/api/session", '{"token":{"length":{"toString":1}}}'), 422],
];

it.each(FOUND)("%s", async (_, input, status) => {
  const caller = new Caller(inlet.url, 30_000);
  expect((await caller.send(input)).status).toBe(status);
  caller.close();
});
