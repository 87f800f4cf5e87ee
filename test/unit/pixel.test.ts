import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GIF, readPixel } from "../../src/collect/pixel.ts";

const MESSAGE = { writeKey: "wk_shop", userId: "ü~~??>>", event: "Email Opened", properties: { subject: "Grüße 🎉" } };
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64");
const read = (search: string) => {
  const result = readPixel(search);
  if (!result.ok) throw new Error(result.error.rejection.detail);
  return result.value;
};

test("the image is a GIF of one pixel", () => {
  const text = Buffer.from(GIF).toString("latin1");
  expect(text.slice(0, 6)).toBe("GIF89a");
  expect([GIF[6], GIF[7], GIF[8], GIF[9]]).toEqual([1, 0, 1, 0]);
  expect(text.endsWith(";")).toBe(true);
});

describe("a pixel with data=", () => {
  const padded = base64(MESSAGE);
  test.each([
    ["standard base64", encodeURIComponent(padded)],
    ["standard base64 whose + was not escaped", padded],
    ["URL-safe base64", Buffer.from(JSON.stringify(MESSAGE)).toString("base64url")],
    ["unpadded standard base64", encodeURIComponent(padded.replace(/=+$/, ""))],
    ["URL-safe base64 with padding", padded.replaceAll("+", "-").replaceAll("/", "_")],
  ])("is read as %s", (_, data) => {
    expect(read(`?data=${data}`)).toEqual({ message: MESSAGE, writeKeys: ["wk_shop"] });
  });

  test("keeps its values as they are: numbers stay numbers", () => {
    expect(read(`?data=${base64({ properties: { n: 1, ok: true } })}`).message).toEqual({
      properties: { n: 1, ok: true },
    });
  });

  test("takes the write key of the message first and the query's second", () => {
    expect(read(`?data=${encodeURIComponent(padded)}&writeKey=wk_query`).writeKeys).toEqual(["wk_shop", "wk_query"]);
    expect(read(`?data=${base64({ userId: "u" })}&writeKey=wk_query`).writeKeys).toEqual(["wk_query"]);
  });

  test.each([
    ["not base64", "?data=%25%25", "it is not base64"],
    ["not UTF-8", `?data=${Buffer.from([0xff, 0xfe]).toString("base64url")}`, "what it decodes to is not UTF-8 text"],
    ["not JSON", `?data=${Buffer.from("{oops").toString("base64url")}`, "what it decodes to is not JSON"],
    ["empty", "?data=", "what it decodes to is not JSON"],
  ])("that is %s is refused with the reason and the key that is known", (_, search, detail) => {
    const result = readPixel(`${search}&writeKey=wk_query`);
    expect(result).toMatchObject({
      ok: false,
      error: { rejection: { reason: "pixel_data_not_json", detail }, writeKeys: ["wk_query"] },
    });
  });
});

describe("a flat pixel", () => {
  test("nests its dotted keys; every value is a string", () => {
    expect(
      read("?userId=u1&event=Email%20Opened&properties.subject=The+Electric+Daily&properties.n=1&writeKey=wk_shop"),
    ).toEqual({
      message: {
        userId: "u1",
        event: "Email Opened",
        properties: { subject: "The Electric Daily", n: "1" },
        writeKey: "wk_shop",
      },
      writeKeys: ["wk_shop"],
    });
  });

  test("reaches any depth", () => {
    expect(read("?context.campaign.name=spring&context.campaign.source=mail").message).toEqual({
      context: { campaign: { name: "spring", source: "mail" } },
    });
  });

  test("lets the last of two that disagree win", () => {
    expect(read("?a=1&a=2").message).toEqual({ a: "2" });
    expect(read("?a=1&a.b=2").message).toEqual({ a: { b: "2" } });
    expect(read("?a.b=2&a=1").message).toEqual({ a: "1" });
  });

  test("cannot reach a prototype", () => {
    read("?__proto__.polluted=1&constructor.prototype.polluted=1&a.__proto__.polluted=1");
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("without anything is an empty message", () => {
    expect(read("")).toEqual({ message: {}, writeKeys: [] });
  });
});

test("no query string makes a pixel throw", () => {
  fc.assert(fc.property(fc.string(), (search) => void readPixel(search)));
  fc.assert(fc.property(fc.base64String(), (data) => void readPixel(`?data=${data}`)));
});

test("whatever JSON goes in as data comes out", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = JSON.parse(JSON.stringify(value)) as unknown;
      expect(read(`?data=${Buffer.from(JSON.stringify(json)).toString("base64url")}`).message).toEqual(json);
    }),
  );
});
