import { exports } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { DirectoryCache } from "../../src/bindings/directory.ts";
import { TEST_SECRETS } from "../support/secrets.ts";

const expire = vi.spyOn(DirectoryCache.prototype, "expire");
beforeEach(() => void expire.mockClear());
afterEach(() => vi.clearAllMocks());

const call = (method: string, path: string, token?: string, body?: unknown) =>
  exports.default.fetch(`https://inlet.test${path}`, {
    method,
    headers: {
      "cf-connecting-ip": "203.0.113.9",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

it("a change made through the control plane makes this isolate ask for the directory again", async () => {
  const answer = await call("POST", "/api/sources", TEST_SECRETS.INLET_ADMIN_TOKEN, { name: "Fresh" });
  expect(answer.status).toBeLessThan(300);
  expect(expire).toHaveBeenCalledTimes(1);
});

it("nobody makes it ask by being refused: no token, wrong token, bad body, failed sign-in, unknown path", async () => {
  const answers = await Promise.all([
    call("POST", "/api/sources", undefined, { name: "Stranger" }),
    call("DELETE", "/api/nothing"),
    call("POST", "/api/sources", "not-the-admin-token", { name: "Stranger" }),
    call("POST", "/api/session", undefined, { token: "not-the-admin-token" }),
    call("POST", "/api/sources", TEST_SECRETS.INLET_ADMIN_TOKEN, { name: 7 }),
    call("PATCH", "/api/nothing", TEST_SECRETS.INLET_ADMIN_TOKEN, {}),
  ]);
  expect(answers.every((answer) => answer.status >= 400 && answer.status < 500)).toBe(true);
  expect(expire).not.toHaveBeenCalled();
});
