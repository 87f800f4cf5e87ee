import { lex as segmentLex } from "@segment/fql-ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/core/fql/evaluate.ts";
import { FQL_LIMITS, type Expr } from "../../src/core/fql/expr.ts";
import { parseGlob, matchGlob } from "../../src/core/fql/glob.ts";
import { lex } from "../../src/core/fql/lexer.ts";
import { parseCondition, parseFql } from "../../src/core/fql/parser.ts";
import { parsePath, readPath } from "../../src/core/fql/path.ts";
import { anyText, parsed } from "../support/arbitraries.ts";
import { tsubMatches } from "../support/tsub.ts";

const RUNS = { numRuns: 2000 };

/** Names that read the same with and without escapes, and are no words of the language. */
const name = fc.stringMatching(/^[b-hj-mp-su-z][A-Z0-9]{0,3}$/);
const quote = (text: string): string => (text.includes("'") ? `"${text.replaceAll('"', "")}"` : `'${text}'`);
const scalar = fc.oneof(
  fc.stringMatching(/^[ab*?/ ]{0,4}$/).map(quote),
  fc.integer({ min: -3, max: 3 }).map(String),
  fc.constantFrom("true", "false", "null"),
);
const path = fc.array(name, { minLength: 1, maxLength: 2 }).map((names) => names.join("."));
const text = fc.oneof(path, fc.stringMatching(/^[ab*?/ ]{0,4}$/).map(quote));

/** Conditions that the browser's engine understands too. */
const condition = fc.letrec<{ condition: string; leaf: string }>((tie) => ({
  leaf: fc.oneof(
    fc
      .tuple(fc.oneof(path, scalar), fc.constantFrom("=", "!="), fc.oneof(path, scalar))
      .map((parts) => parts.join(" ")),
    fc
      .tuple(path, fc.constantFrom("<", "<=", ">", ">="), fc.integer({ min: -3, max: 3 }))
      .map((parts) => parts.join(" ")),
    fc.tuple(path, fc.array(scalar, { maxLength: 3 })).map(([item, list]) => `${item} in [${list.join(", ")}]`),
    fc.tuple(fc.constantFrom("contains", "match"), text, text).map(([f, a, b]) => `${f}(${a}, ${b})`),
    fc.tuple(path, text).map(([a, b]) => `lowercase(${a}) = ${b}`),
    fc.tuple(path, fc.nat(3)).map(([a, n]) => `length(${a}) > ${n}`),
    fc.constantFrom("true", "false"),
  ),
  condition: fc.oneof(
    { depthSize: "small" },
    tie("leaf"),
    fc
      .tuple(tie("condition"), fc.constantFrom("and", "or"), tie("condition"))
      .map(([a, joiner, b]) => `(${a}) ${joiner} (${b})`),
    tie("condition").map((inner) => `!(${inner})`),
  ),
})).condition;

const value = fc.oneof(
  fc.stringMatching(/^[abAB*/ ]{0,4}$/),
  fc.integer({ min: -3, max: 3 }),
  fc.boolean(),
  fc.constant(null),
);
const leafOf = (names: readonly string[], leaf: unknown): unknown =>
  names.reduceRight<unknown>((inner, key) => ({ [key]: inner }), leaf);

/** The paths that a condition looks at. */
function pathsOf(expr: Expr): readonly string[][] {
  switch (expr.kind) {
    case "path":
      return [[...expr.path]];
    case "literal":
      return [];
    case "list":
      return expr.items.flatMap(pathsOf);
    case "call":
      return expr.args.flatMap(pathsOf);
    case "not":
      return pathsOf(expr.operand);
    case "compare":
      return [...pathsOf(expr.left), ...pathsOf(expr.right)];
    default:
      return expr.operands.flatMap(pathsOf);
  }
}

describe("the browser's engine agrees (tsub, quality.md §4.6)", () => {
  it("on conditions whose values have the types they need, lengths of ASCII only: it counts no bytes", () => {
    let compared = 0;
    fc.assert(
      fc.property(condition, fc.infiniteStream(value), (source, values) => {
        const condition = parseCondition(source);
        if (!condition.ok) return;
        // Each path gets a value: the browser tells a missing value from null, the server does not.
        const event: Record<string, unknown> = {};
        for (const names of pathsOf(condition.value)) {
          if (readPath(event, names.slice(0, 1)) === null) Object.assign(event, leafOf(names, values.next().value));
        }
        if (pathsOf(condition.value).some((names) => readPath(event, names) === null)) return;
        const ours = evaluate(condition.value, event);
        if (!ours.ok) return;
        compared++;
        expect(ours.value).toBe(tsubMatches(condition.value, event));
      }),
      { numRuns: 5000 },
    );
    expect(compared).toBeGreaterThan(1000);
  });

  it("on globs, also malformed ones, which match nothing", () => {
    const pattern = fc.stringMatching(/^[abc*?[\]^\\-]{0,8}$/);
    fc.assert(
      fc.property(pattern, fc.stringMatching(/^[abc*?[\]^\\-]{0,8}$/), (pattern, subject) => {
        const glob = parseGlob(pattern);
        const expr: Expr = {
          kind: "call",
          at: 0,
          name: "match",
          args: [subject, pattern].map((one) => ({ kind: "literal", at: 0, value: one }) as const),
        };
        const ours = glob.ok && matchGlob(glob.value, subject, { left: 10_000 });
        expect(ours).toBe(tsubMatches(expr, {}));
      }),
      { numRuns: 20_000 },
    );
  });
});

describe("Segment's lexer agrees (fql-ts)", () => {
  const KINDS: Readonly<Record<string, string>> = { string: "string", number: "number", end: "eos" };
  const piece = fc.oneof(
    path,
    scalar,
    fc.constantFrom("and", "or", "=", "!=", "<", "<=", ">", ">=", "[", "]", "(", ")", ","),
  );

  it("on the tokens of texts that both take", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const source = pieces.join(" ");
        const theirs = segmentLex(source);
        const ours = lex(source);
        expect(ours.ok).toBe(theirs.error === undefined);
        if (!ours.ok) return;
        const flat = ours.value.flatMap((token) => {
          if (token.kind === "path") return token.path.flatMap((one, i) => (i === 0 ? [one] : [".", one]));
          if (token.kind === "word") return [token.text];
          return [KINDS[token.kind]];
        });
        expect(flat).toEqual(
          theirs.tokens.map((token) => (["string", "number", "eos"].includes(token.type) ? token.type : token.value)),
        );
      }),
      RUNS,
    );
  });
});

describe("hostile text and hostile events", () => {
  it("no text makes the parser throw; a refusal names a place inside the text", () => {
    const nearFql = fc
      .array(fc.oneof(condition, anyText, fc.constantFrom("(", "!", "[", "\\", "'", ".", "length(", "and", "in")), {
        maxLength: 8,
      })
      .map((parts) => parts.join(" "));
    fc.assert(
      fc.property(fc.oneof(nearFql, anyText), (source) => {
        const result = parseFql(source);
        if (result.ok) return;
        expect(result.error.at).toBeGreaterThanOrEqual(0);
        expect(result.error.at).toBeLessThanOrEqual(source.length);
        expect(result.error.message.length).toBeLessThan(200 + source.length);
      }),
      RUNS,
    );
  });

  it("no event makes a condition throw, change the event or become something else than true, false or a sentence", () => {
    fc.assert(
      fc.property(condition, parsed, (source, event) => {
        const condition = parseCondition(source);
        if (!condition.ok) return;
        const before = JSON.stringify(event);
        const result = evaluate(condition.value, event);
        expect(typeof (result.ok ? result.value : result.error)).toBe(result.ok ? "boolean" : "string");
        expect(JSON.stringify(event)).toBe(before);
      }),
      RUNS,
    );
  });

  it.each(["(", "!", "[", "length(", "!(", "typeof(string("])("is refused when %s stands too often", (opening) => {
    const result = parseFql(opening.repeat(Math.floor(FQL_LIMITS.chars / opening.length)));
    expect(result).toMatchObject({ ok: false, error: { message: `more than ${FQL_LIMITS.depth} levels deep` } });
  });

  it("is refused when it is longer than 5 kB", () => {
    expect(parseFql(`event = '${"x".repeat(5000)}'`)).toMatchObject({
      ok: false,
      error: { message: expect.stringMatching(/longer than/) },
    });
  });

  it.each<readonly [name: string, source: string]>([
    ["globs", Array.from({ length: 300 }, () => "match(a, b)").join(" or ")],
    ["a glob that almost matches everywhere", `match(a, '*${"a".repeat(500)}b')`],
    ["a glob with a long class", "match(a, class)"],
    ["searches", Array.from({ length: 250 }, () => "contains(a, b)").join(" or ")],
    ["changes of case", Array.from({ length: 180 }, () => "lowercase(a) = b").join(" or ")],
    ["lists", Array.from({ length: 300 }, () => "1 in list").join(" or ")],
    ["comparisons of lists", Array.from({ length: 250 }, () => "list = list2").join(" or ")],
  ])("gives up on an event that would take too long: %s", (_, source) => {
    const condition = parseCondition(source);
    if (!condition.ok) throw new Error(condition.error.message);
    const list = Array.from({ length: 10_000 }, () => 0);
    const patterns = { b: `${"*a".repeat(15_000)}b`, class: `*[${"b".repeat(15_000)}]` };
    const event = { a: "a".repeat(30_000), ...patterns, list, list2: [...list, 1] };
    expect(evaluate(condition.value, event)).toEqual({ ok: false, error: "takes too long on this event" });
  });

  it("numbers in text are read in one pass", () => {
    const condition = parseCondition("number(a) = null");
    if (!condition.ok) throw new Error(condition.error.message);
    expect(evaluate(condition.value, { a: `${"1".repeat(200_000)}x` })).toEqual({ ok: true, value: true });
  });
});

describe("paths", () => {
  it("that are escaped name what they were made of", () => {
    const names = fc.array(
      anyText.filter((one) => one !== "" && one.isWellFormed()),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(names, (names) => {
        const escaped = names.map((one) => one.replaceAll(/[^\w-]/gu, String.raw`\$&`)).join(".");
        expect(parsePath(escaped)).toEqual(names);
        const source = `x.${escaped} = 'found'`;
        if (source.length > FQL_LIMITS.chars) return;
        const condition = parseCondition(source);
        if (!condition.ok) throw new Error(condition.error.message);
        if (names.includes("length")) return;
        const event = JSON.parse(
          `{"x":${names.reduceRight((inner, one) => `{${JSON.stringify(one)}:${inner}}`, '"found"')}}`,
        );
        expect(evaluate(condition.value, event)).toEqual({ ok: true, value: true });
      }),
      RUNS,
    );
  });
});
