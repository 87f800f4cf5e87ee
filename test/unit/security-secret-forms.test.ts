// What destinations answer is shown to viewers: no spelling of a secret may come through.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hiderOf } from "../../src/core/secret-forms.ts";
import { ClickhouseClient } from "../../src/warehouse/load/clickhouse-client.ts";
import { hideSecrets } from "../../src/warehouse/load/secrets.ts";
import { hiderFor, hideSent } from "../../src/destinations/engine/secrets.ts";
import { webhook } from "../../src/destinations/own/webhook.ts";
import { tryKind } from "../support/own-kinds.ts";

const bytesOf = (text: string, encoding: BufferEncoding) => Buffer.from(text, encoding);
const json = (text: string) => JSON.stringify(text).slice(1, -1);
const unicode = (text: string, hex: (code: string) => string) =>
  json(text).replace(/[^\x20-\x7e]/g, (char) => `\\u${hex(char.charCodeAt(0).toString(16).padStart(4, "0"))}`);
const lowerHex = (text: string) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
const form = (text: string) => new URLSearchParams({ "": text }).toString().slice(1);
const everyByte = (text: string) => [...bytesOf(text, "utf8")].map((byte) => `%${byte.toString(16)}`).join("");

const SPELLINGS: Readonly<Record<string, (secret: string) => string>> = {
  "as it is": (secret) => secret,
  "in JSON": json,
  "in JSON that escapes slashes": (secret) => json(secret).replaceAll("/", "\\/"),
  "in JSON of ASCII, lower case": (secret) => unicode(secret, (code) => code.toLowerCase()),
  "in JSON of ASCII, upper case": (secret) => unicode(secret, (code) => code.toUpperCase()),
  "in JSON of ASCII that escapes slashes": (secret) => unicode(secret, (code) => code).replaceAll("/", "\\/"),
  "in JSON inside JSON": (secret) => json(json(secret)),
  "in a URL": encodeURIComponent,
  "in a URL, lower case": (secret) => lowerHex(encodeURIComponent(secret)),
  "in a URL inside a URL": (secret) => encodeURIComponent(encodeURIComponent(secret)),
  "in a URL, every byte of it": everyByte,
  "in a form": form,
  "in a form, lower case": (secret) => lowerHex(form(secret)),
  "in Base64": (secret) => bytesOf(secret, "utf8").toString("base64"),
  "in Base64 for URLs": (secret) => bytesOf(secret, "utf8").toString("base64url"),
  "in Base64 in a URL": (secret) => encodeURIComponent(bytesOf(secret, "utf8").toString("base64")),
  "in Base64 of Latin-1": (secret) => bytesOf(secret, "latin1").toString("base64"),
  "as UTF-8 read as Latin-1": (secret) => bytesOf(secret, "utf8").toString("latin1"),
  "as UTF-8 read as Latin-1, in JSON of ASCII": (secret) =>
    unicode(bytesOf(secret, "utf8").toString("latin1"), (code) => code),
  "as Latin-1 read as UTF-8": (secret) => bytesOf(secret, "latin1").toString("utf8"),
  "in HTML": (secret) =>
    secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;").replaceAll("'", "&#x27;"),
};

/** What a header can hold, with what encodings change more often than chance would have it. */
const printable = fc.oneof(
  { arbitrary: fc.constantFrom(...`"\\/+=%&'<>{}é ü~-_.aZ09`), weight: 2 },
  { arbitrary: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), weight: 2 },
  { arbitrary: fc.integer({ min: 0xa0, max: 0xff }).map((code) => String.fromCharCode(code)), weight: 1 },
);
const secrets = fc
  .array(printable, { minLength: 8, maxLength: 60 })
  .map((chars) => chars.join("").trim())
  // A value with a blank near its end would leave a "credential" of one character behind its "scheme".
  .filter((text) => text.length >= 8);
/** Between letters that are in no secret and no encoding of one. */
const around = (spelled: string) => `☞☞☞${spelled}☜☜☜`;

const HIDDEN = /^☞☞☞•+=*(?:%3D)*☜☜☜$/;

describe.each(Object.entries(SPELLINGS))("a secret %s", (_, spell) => {
  it("is in no text that is shown", () => {
    fc.assert(
      fc.property(secrets, (secret) => {
        const shown = hiderOf([secret])(around(spell(secret)));
        expect(shown).toMatch(HIDDEN);
      }),
    );
  });

  it.each(["Bearer", "Token", "Basic"])("is in none either when %s was written before it", (scheme) => {
    fc.assert(
      fc.property(
        secrets.filter((text) => !/\s/.test(text)),
        (secret) => {
          expect(hiderOf([`${scheme} ${secret}`])(around(spell(secret)))).toMatch(HIDDEN);
        },
      ),
    );
  });

  it("is in none either when it is the password of Basic authentication", () => {
    fc.assert(
      fc.property(secrets, (secret) => {
        const value = `Basic ${bytesOf(`user:${secret}`, "utf8").toString("base64")}`;
        expect(hiderOf([value])(around(spell(secret)))).toMatch(HIDDEN);
        expect(hiderOf([value])(around(`user:${secret}`))).toBe("☞☞☞••••☜☜☜");
      }),
    );
  });
});

describe("what is hidden", () => {
  it("is the user as well, where Basic authentication has no password", () => {
    const hide = hiderOf([`Basic ${btoa("sk_live_12345:")}`]);
    expect(hide("no such key: sk_live_12345")).toBe("no such key: ••••");
  });

  it("is all of two secrets that overlap", () => {
    expect(hiderOf(["one-two", "two-three"])("<one-two-three>")).toBe("<••••>");
    expect(hiderOf(["key-1234", "key-1234-tail"])("<key-1234-tail>")).toBe("<••••>");
  });

  it("is no short secret, which is part of too many words", () => {
    expect(hiderOf(["id", "", "abc"])("a valid id, abc")).toBe("a valid id, abc");
    expect(hiderOf([`Basic ${btoa("u:not")}`])("not allowed")).toBe("not allowed");
  });

  it("is nothing of a text without secrets", () => {
    const hide = hiderOf(["ab/Cd+9SlashSecret==", 'Bearer TOPSECRETHDR-"q\\x-é1']);
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => void expect(hide(text)).toBe(text)));
  });
});

describe("a warehouse's password", () => {
  it("is hidden however short it is, and however it is spelled", () => {
    expect(hideSecrets("no p@s, p%40s or p\\u0040s", ["p@s", ""])).toBe("no ••••, •••• or ••••");
  });

  it("is in nothing that ClickHouse answers, not even where the answer is cut off", async () => {
    const password = "Pa/ss+word-é1";
    const client = new ClickhouseClient({
      url: "https://clickhouse.example/",
      username: "u",
      password,
      fetch: async () =>
        new Response(`Code: 62. DB::Exception: ${json(password)} ${"x".repeat(3943)} ${password}`, { status: 400 }),
      timeLimit: () => ({ signal: new AbortController().signal, clear: () => undefined }),
    });
    const failure: unknown = await client.run("SELECT 1", 1000).catch((error: unknown) => error);
    expect(String(failure)).toContain("••••");
    expect(String(failure)).not.toMatch(/Pa|word/);
  });
});

describe("a destination of the catalogue", () => {
  const exchange = (headers: Record<string, string>) => ({
    method: "POST",
    url: "https://x.example",
    headers,
    body: "",
  });

  it("shows none of its secret settings nor of its tokens, in whatever spelling", () => {
    const tokens = ["Pa/ss+word-é1"];
    const hide = hiderFor(() => tokens);
    for (const spell of Object.values(SPELLINGS)) expect(hide(around(spell(tokens[0]!)))).toMatch(HIDDEN);
    tokens.push("renewed/token");
    expect(hide("renewed\\/token")).toBe("••••");
  });

  it("shows nothing of the headers that let it in, also where a secret is only a part of one", () => {
    const exchanges = [exchange({ authorization: "Key s3cret/1,Signature 99/77aa" })];
    const hide = hideSent(hiderOf(["s3cret/1"]), exchanges);
    expect(hide("no Key s3cret\\/1,Signature 99\\/77aa")).toBe("no ••••");
    exchanges.push(exchange({ "x-auth-token": "later/token" }));
    expect(hide("later%2ftoken, s3cret%2F1")).toBe("••••, ••••");
  });
});

describe("a destination that repeats a secret header", () => {
  const reply = (headers: Headers): string => {
    const text = [...headers.values()].join(" ");
    return Object.values(SPELLINGS)
      .map((spell) => [...headers.values()].map(spell).join(" "))
      .concat(text)
      .join("\n");
  };
  it.each([["ab/Cd+9SlashSecret=="], ['Bearer TOPSECRETHDR-"q\\x-é1'], [`Basic ${btoa("user:Pa/ss+word1")}`]])(
    "shows nothing of %s in its outcome",
    async (value) => {
      const trial = await tryKind(
        webhook,
        { url: "https://hook.example/in", secretHeaders: `X-Plain: ${value}` },
        ({ headers }) => new Response(reply(new Headers({ x: headers.get("x-plain") ?? "" })), { status: 400 }),
      );
      const shown = JSON.stringify(await trial.perform([{ type: "track", event: "E", messageId: "m" }]));
      expect(shown).toContain("••••");
      expect(shown).not.toMatch(/SlashSecret|TOPSECRET|ss\+word1|ss%2[bB]word1/);
      for (const spell of Object.values(SPELLINGS)) expect(JSON.parse(shown)[0].detail).not.toContain(spell(value));
    },
  );
});
