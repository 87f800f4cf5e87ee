import { describe, expect, it } from "vitest";
import { compileHint, compileText } from "../../src/core/archive-text.ts";

const line = (value: unknown): string => JSON.stringify({ properties: { value } });
const finds = (text: string, raw: string): boolean => compileText(text)(raw);

describe("a text search", () => {
  it.each([
    ["whatever the case", "ORDER completed", line("Order Completed")],
    ["in keys", "Properties", line(1)],
    ["in numbers", "12.5", line(12.5)],
    ["across keys and values, as JSON writes them", '"value":"pro"', line("pro")],
    ["letters beyond ASCII, whatever the case", "CAFÉ", line("café")],
    ["any form of sigma", "ΟΔΟΣ", line("οδος")],
    ["emoji", "🦊", line("a 🦊 b")],
    ["a backslash as the user reads it", String.raw`C:\temp`, line(String.raw`C:\temp`)],
    ["a backslash as JSON writes it", String.raw`C:\\temp`, line(String.raw`C:\temp`)],
    ["a backslash before u", String.raw`C:\users`, line(String.raw`C:\users`)],
    ["quotes as the user reads them", 'say "hi"', line('say "hi"')],
    ["a line break", "a\nb", line("a\nb")],
    ["a line break as JSON writes it", String.raw`a\nb`, line("a\nb")],
    ["an escape JSON can do without, asked for", String.raw`caf\u00E9`, line("café")],
    ["an escape JSON can do without, in the line", "café", String.raw`{"value":"caf\u00e9"}`],
    ["both escaped otherwise", String.raw`CAF\u00c9`, String.raw`{"value":"caf\u00E9"}`],
    ["a slash that is escaped in the line", "http://x/", String.raw`{"value":"http:\/\/x\/"}`],
    ["a slash that is escaped in the text", String.raw`http:\/\/x`, line("http://x/")],
    ["a pair of escapes that is one character", "🦊", String.raw`{"value":"\ud83e\udd8a"}`],
    ["what a pattern would take for its own", "a.*[b](c)?^$|{2}/", line("a.*[b](c)?^$|{2}/")],
    ["a half of a pair", "\ud83e", line("\ud83e")],
  ])("finds %s", (_, text, raw) => {
    expect(finds(text, raw)).toBe(true);
  });

  it.each([
    ["a pattern is only text", "a.c", line("abc")],
    ["ß is not SS", "STRASSE", line("straße")],
    ["composed letters are not decomposed ones", "é", line("e\u0301")],
    ["an escaped backslash before u is no escape", "é", line(String.raw`\u00e9`)],
    ["a capital U makes no escape", String.raw`\U00E9`, line("é")],
    ["n after a backslash is no line break", "a\nb", line("anb")],
  ])("%s", (_, text, raw) => {
    expect(finds(text, raw)).toBe(false);
  });
});

describe("a hint", () => {
  it("rules out lines without the value, and none that may have it", () => {
    const mayHold = compileHint(["ann", "b.b"]);
    expect(mayHold(line("ann"))).toBe(true);
    expect(mayHold(line("b.b"))).toBe(true);
    expect(mayHold(line("anne"))).toBe(false);
    expect(mayHold(line("bxb"))).toBe(false);
    expect(mayHold(String.raw`{"userId":"\u0061nn"}`)).toBe(true);
  });
});
