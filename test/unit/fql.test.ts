import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/core/fql/evaluate.ts";
import { parseCondition } from "../../src/core/fql/parser.ts";

const EVENT = {
  event: "Button Clicked",
  type: "track",
  userId: "u1",
  context: { library: { name: "analytics.js", version: "1.0" } },
  properties: {
    features: ["discounts", "dark-mode"],
    price: 19.99,
    enabled: true,
    nothing: null,
    "product 1": { price: "19.99" },
    "a.b": 1,
    ключ: "value",
    and: "kept",
    "0": "zero",
    quote: "it's",
    plan: { name: "pro" },
    list: [{ name: "first" }, { name: "second" }],
    kana: "ア",
  },
};

/** true, false, or the sentence of an evaluation that failed. */
function run(text: string, event: unknown = EVENT): boolean | string {
  const parsed = parseCondition(text);
  if (!parsed.ok) throw new Error(`${parsed.error.message} at ${parsed.error.at}`);
  const result = evaluate(parsed.value, event);
  return result.ok ? result.value : result.error;
}

type Row = readonly [text: string, expected: boolean];

describe("the documents' own examples (quality.md §4.7; fql.md)", () => {
  it.each<Row>([
    ["event = 'Button Clicked'", true],
    ["event = 'Screen Tapped'", false],
    ["context.path.path = '/login'", false],
    ["type = 'identify' or type = 'track'", true],
    ["event = 'Button Clicked' and type = 'track'", true],
    ["match( context.library.version, '1.*' )", true],
    ["match( context.library.version, '2.*' )", false],
    ["type = 'track' and ( event = 'Click' or match( event, 'Button *' ) )", true],
    ["!contains( context.library.name, 'js' )", false],
    ["'dark-mode' in properties.features", true],
    ["'blink' in properties.features", false],
    ["!( type in ['track', 'identify'] )", false],
    [
      "( type = 'track' or type = 'identify' ) and ( properties.enabled or match( traits.email, '*@company.com' ) )",
      true,
    ],
    [String.raw`properties.product\ 1.price = '19.99'`, true],
    ["length( userId ) > 0", true],
    ["length( userId ) < 1", false],
  ])("%s → %s", (text, expected) => {
    expect(run(text)).toBe(expected);
  });
});

describe("grammar (§4.7)", () => {
  it.each<readonly [rule: string, text: string, expected: boolean]>([
    ["and binds tighter than or", "true or true and false", true],
    ["parentheses decide first", "(true or true) and false", false],
    ["! negates a whole comparison", "! type = 'page'", true],
    ["! may be repeated", "!!properties.enabled", true],
    ["! may stand before parentheses", "!(true and false)", true],
    ["both kinds of quotes", `event = "Button Clicked"`, true],
    ["one kind of quotes holds the other", `properties.quote = "it's"`, true],
    ["a backslash in a text is itself", String.raw`'\' = "\"`, true],
    ["negative and decimal numbers", "-1.5 < 0 and +2 > 1", true],
    ["no spaces are needed", "type='track'and!(event='x')", true],
    ["line breaks are spaces", "type = 'track'\n\tand\r\nevent != 'x'", true],
    ["null, true and false are values", "properties.nothing = null and true != false", true],
    ["a reserved word is a name behind a dot", "properties.and = 'kept'", true],
    ["a name may begin with a digit behind a dot", "properties.0 = 'zero'", true],
    ["a dot in a name is escaped", String.raw`properties.a\.b = 1`, true],
    ["other scripts are escaped", String.raw`properties.\к\л\ю\ч = 'value'`, true],
    ["lists hold any values", "type in ['page', event, type]", true],
    ["an empty list holds nothing", "type in []", false],
    ["lists are equal item by item, in order", "['a', 1] = ['a', 1] and ['a', 1] != [1, 'a']", true],
    ["calls stand in calls", "contains(lowercase(event), lowercase('BUTTON'))", true],
    ["values may stand left of a path", "'track' = type", true],
  ])("%s", (_, text, expected) => {
    expect(run(text)).toBe(expected);
  });
});

describe("operators: strict types, null is what is missing (§4.7)", () => {
  it.each<Row>([
    ["properties.price = 19.99", true],
    ["properties.price = '19.99'", false],
    ["properties.price != '19.99'", true],
    ["properties.enabled = 'true'", false],
    ["properties.enabled != 'true'", true],
    ["properties.missing = null", true],
    ["properties.nothing = null", true],
    ["properties.missing != null", false],
    ["properties.missing = 'x'", false],
    ["properties.missing != 'x'", true],
    ["properties.features = ['discounts', 'dark-mode']", true],
    ["properties.features = ['dark-mode', 'discounts']", false],
    ["properties.plan = properties.plan", true],
    ["properties.plan = properties.list", false],
    ["properties.price > 19", true],
    ["properties.price >= 19.99", true],
    ["properties.price < 19.99", false],
    ["properties.price <= 19.99", true],
    ["properties.missing > 0", false],
    ["properties.missing < 0", false],
    ["0 <= null", false],
    ["properties.missing and true", false],
    ["properties.missing or true", true],
    ["properties.missing", false],
    ["null or null", false],
    ["!null", true],
    ["1 in [1, 'x']", true],
    ["'1' in [1, 'x']", false],
    ["null in ['x', null]", true],
    ["true in properties.missing", false],
    ["properties.plan.missing.deeper = null", true],
    ["properties.list.1.name = 'second'", true],
    ["properties.list.length = null", true],
    ["event.length = null", true],
  ])("%s → %s", (text, expected) => {
    expect(run(text)).toBe(expected);
  });

  it("finds only what the JSON itself holds", () => {
    for (const path of ["constructor", "__proto__", "toString", "properties.constructor", "properties.__proto__.x"]) {
      expect(run(`${path} = null`)).toBe(true);
    }
    expect(run("__proto__.admin = true", JSON.parse('{"__proto__":{"admin":true}}'))).toBe(true);
  });
});

describe("functions (§4.7)", () => {
  it.each<Row>([
    ["contains('abc', 'b')", true],
    ["contains('abc', '')", true],
    ["contains('abc', 'B')", false],
    ["contains(null, 'b')", false],
    ["contains('abc', null)", false],
    ["length('a') = 1", true],
    ["length(properties.kana) = 3", true],
    ["length('😀') = 4", true],
    ["length('') = 0", true],
    ["length(properties.features) = 2", true],
    ["length([]) = 0", true],
    ["length(null) = 0", true],
    ["lowercase('AbC') = 'abc'", true],
    ["lowercase(null) = null", true],
    ["uppercase('AbC') = 'ABC'", true],
    ["uppercase(null) = null", true],
    ["snakecase('test string') = 'test_string'", true],
    ["snakecase(null) = null", true],
    ["kebabcase('test string') = 'test-string'", true],
    ["kebabcase(null) = null", true],
    ["titlecase('test string') = 'Test String'", true],
    ["titlecase('TEST éclair') = 'TEST Éclair'", true],
    ["titlecase(null) = null", true],
    ["typeof('x') = 'string'", true],
    ["typeof(1) = 'number'", true],
    ["typeof(['x']) = 'list'", true],
    ["typeof(true) = 'bool'", true],
    ["typeof(null) = 'null'", true],
    ["typeof(properties.missing) = 'null'", true],
    ["typeof(properties.plan) = 'object'", true],
    ["match(null, '*')", false],
    ["match('x', null)", false],
    ["bool('true')", true],
    ["bool('false')", false],
    ["bool('')", false],
    ["bool('anything')", true],
    ["bool(0)", false],
    ["bool(-1)", true],
    ["bool([])", false],
    ["bool(['x'])", true],
    ["bool(null)", false],
    ["bool(properties.enabled)", true],
    ["string(1.50) = '1.5'", true],
    ["string('x') = 'x'", true],
    ["string(null) = ''", true],
    ["string(true) = 'true'", true],
    [`string(['a', 1]) = '["a",1]'`, true],
    [String.raw`number(properties.product\ 1.price) = 19.99`, true],
    ["number(' -1e3 ') = -1000", true],
    ["number('.5') = 0.5", true],
    ["number(2) = 2", true],
    ["number('abc') = null", true],
    ["number('abc') > 0", false],
    ["number('0x10') = null", true],
    ["number('') = null", true],
    ["number('1e999') = null", true],
    ["number(null) = null", true],
  ])("%s → %s", (text, expected) => {
    expect(run(text)).toBe(expected);
  });
});

describe("match: globs (§4.7)", () => {
  it.each<Row>([
    ["match( 'abcd', 'a*d' )", true],
    ["match( '', '*' )", true],
    ["match( 'abc', 'ab' )", false],
    ["match( 'abcd', 'a??d' )", true],
    ["match( 'abcd', '*d' )", true],
    [String.raw`match( 'ab*d', 'ab\*d' )`, true],
    [String.raw`match( 'abxd', 'ab\*d' )`, false],
    ["match( 'abCd', 'ab[cC]d' )", true],
    ["match( 'abcd', 'ab[a-z]d' )", true],
    ["match( 'abcd', 'ab[A-Z]d' )", false],
    ["match( 'abcd', 'ab[^x-z]d' )", true],
    [String.raw`match( 'a]', 'a[\]x]' )`, true],
    ["match( '', '' )", true],
    ["match( 'a', '' )", false],
    ["match( 'ab/c', 'a*' )", true],
    ["match( 'a☺b', 'a?b' )", true],
    ["match( 'a😀b', 'a?b' )", true],
    ["match( 'a😀b', 'a[😀-😂]b' )", true],
    ["match( 'abxbbxdbxebxczzx', 'a*b?c*x' )", true],
    ["match( 'abxbbxdbxebxczzy', 'a*b?c*x' )", false],
    ["match( event, event )", true],
  ])("%s → %s", (text, expected) => {
    expect(run(text)).toBe(expected);
  });
});
