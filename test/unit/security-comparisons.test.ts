// Secrets are compared where the time it takes tells nothing, and nowhere else.
import { expect, it } from "vitest";
import { readSources } from "../support/sources.ts";

const worker = readSources("src", "durable", "queues");

/** `===`, `!==`, `startsWith` and the like beside a name that holds a secret. */
const SECRET = String.raw`\b(?:adminToken|bearer|password|secret|signature|sealKey|linkKey|apiKey|sharedSecret|INLET_ADMIN_TOKEN|INLET_SEAL_KEY)\b`;
const CONSTANT = String.raw`(?:undefined|null|true|false|"|'|\d)`;
const COMPARED = new RegExp(
  [
    String.raw`${SECRET}\s*[!=]==(?!\s*${CONSTANT})`,
    String.raw`(?<!typeof )\b(?!undefined|null)\w+\s*[!=]==\s*${SECRET}(?![.(])`,
    String.raw`${SECRET}\.(?:startsWith|endsWith|includes|localeCompare|indexOf)\(`,
  ].join("|"),
  "g",
);

it("no secret is compared with ===, which stops at the first difference", () => {
  const found = worker.flatMap(({ path, code }) =>
    [...code.matchAll(COMPARED)].map(([text]) => `${path}: ${text.trim()}`),
  );
  expect(found).toEqual([]);
});

it("is found by this very search when it is there", () => {
  for (const text of [
    "if (secret === given)",
    "bearer !== adminToken",
    "given === signature",
    "secret.startsWith(x)",
  ]) {
    expect(text.match(COMPARED), text).not.toBeNull();
  }
  for (const text of [
    "bearer !== undefined",
    'signature === ""',
    "field.secret ? 1 : 2",
    'typeof secret === "string"',
  ]) {
    expect(text.match(COMPARED), text).toBeNull();
  }
});

it("the helpers that do compare are the platform's", () => {
  const users = (name: RegExp) => worker.filter(({ code }) => name.test(code)).map(({ path }) => path);
  expect(users(/timingSafeEqual/)).toEqual(["durable/catalog/secrets.ts"]);
  expect(users(/subtle\.verify\(/)).toEqual(["src/bindings/hmac.ts"]);
  expect(users(/\bsameSecret\(/)).toEqual(expect.arrayContaining(["durable/catalog/access.ts"]));
});
