import { err, ok, type Result } from "../result.ts";
import { checkTypes } from "./check.ts";
import { COMPARISONS, FQL_LIMITS, type Comparison, type Expr, type FqlProblem } from "./expr.ts";
import { FUNCTIONS } from "./functions.ts";
import { lex, type Token } from "./lexer.ts";

const isComparison = (text: string): text is Comparison => (COMPARISONS as readonly string[]).includes(text);

function describeToken(token: Token): string {
  switch (token.kind) {
    case "end":
      return "the end";
    case "number":
      return String(token.value);
    default:
      return JSON.stringify(token.text);
  }
}

/** Recursive descent. A method that returns undefined has noted the problem, the first one only. */
class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  #problem: FqlProblem | undefined;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Result<Expr, FqlProblem> {
    const expr = this.#or();
    if (expr !== undefined && this.#token.kind !== "end") this.#expect("the end, or an operator");
    if (this.#problem !== undefined || expr === undefined) {
      return err(this.#problem ?? { message: "empty", at: 0 });
    }
    return ok(expr);
  }

  get #token(): Token {
    return this.#tokens[this.#next]!;
  }

  #fail(message: string, at = this.#token.at): undefined {
    this.#problem ??= { message, at };
  }

  #expect(what: string): undefined {
    return this.#fail(`expected ${what}, found ${describeToken(this.#token)}`);
  }

  #accept(word: string): boolean {
    const token = this.#token;
    const found = token.kind === "word" && token.text === word;
    if (found) this.#next++;
    return found;
  }

  /** Runs `parse` one level deeper. */
  #nested<T>(parse: () => T | undefined): T | undefined {
    if (this.#depth >= FQL_LIMITS.depth) return this.#fail(`more than ${FQL_LIMITS.depth} levels deep`);
    this.#depth++;
    const result = parse();
    this.#depth--;
    return result;
  }

  #or = (): Expr | undefined => this.#joined("or", this.#and);
  #and = (): Expr | undefined => this.#joined("and", this.#not);

  #joined(kind: "and" | "or", operand: () => Expr | undefined): Expr | undefined {
    const { at } = this.#token;
    const first = operand();
    if (first === undefined) return undefined;
    const operands = [first];
    while (this.#accept(kind)) {
      const next = operand();
      if (next === undefined) return undefined;
      operands.push(next);
    }
    return operands.length === 1 ? first : { kind, at, operands };
  }

  #not = (): Expr | undefined => {
    const { at } = this.#token;
    if (this.#accept("!")) {
      const operand = this.#nested(this.#not);
      return operand && { kind: "not", at, operand };
    }
    if (!this.#accept("(")) return this.#comparison();
    const inner = this.#nested(this.#or);
    if (inner === undefined) return undefined;
    return this.#accept(")") ? inner : this.#expect('")"');
  };

  #comparison(): Expr | undefined {
    const { at } = this.#token;
    const left = this.#value();
    const token = this.#token;
    if (left === undefined || token.kind !== "word" || !isComparison(token.text)) return left;
    this.#next++;
    const right = this.#value();
    return right && { kind: "compare", at, operator: token.text, left, right };
  }

  #value = (): Expr | undefined => {
    const token = this.#token;
    const { at } = token;
    switch (token.kind) {
      case "string":
        this.#next++;
        return { kind: "literal", at, value: token.text };
      case "number":
        this.#next++;
        return { kind: "literal", at, value: token.value };
      case "path":
        this.#next++;
        return this.#accept("(") ? this.#call(token.text, at) : { kind: "path", at, path: token.path };
      default:
        return this.#wordValue(at);
    }
  };

  #wordValue(at: number): Expr | undefined {
    for (const [word, value] of [
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const) {
      if (this.#accept(word)) return { kind: "literal", at, value };
    }
    if (!this.#accept("[")) return this.#expect("a value");
    const items = this.#values("]");
    return items && { kind: "list", at, items };
  }

  #call(name: string, at: number): Expr | undefined {
    const known = FUNCTIONS.get(name);
    if (known === undefined) return this.#fail(`there is no function ${name}()`, at);
    const args = this.#values(")");
    if (args === undefined) return undefined;
    const count = known.params.length;
    if (args.length !== count) {
      return this.#fail(`${name}() takes ${count === 1 ? "one value" : `${count} values`}, not ${args.length}`, at);
    }
    return { kind: "call", at, name, args };
  }

  /** Values with commas between them, up to `close`. */
  #values(close: ")" | "]"): Expr[] | undefined {
    if (this.#accept(close)) return [];
    const values: Expr[] = [];
    do {
      const value = this.#nested(this.#value);
      if (value === undefined) return undefined;
      values.push(value);
    } while (this.#accept(","));
    return this.#accept(close) ? values : this.#expect(`"," or "${close}"`);
  }
}

/**
 * Parses server FQL (quality.md §4.7): conditions and values. Bounded by FQL_LIMITS whatever the text; types are
 * checked as far as the text tells them. For what must be true or false, see parseCondition.
 */
export function parseFql(text: string): Result<Expr, FqlProblem> {
  const tokens = lex(text);
  if (!tokens.ok) return tokens;
  const parsed = new Parser(tokens.value).parse();
  if (!parsed.ok) return parsed;
  const problem = checkTypes(parsed.value, "value");
  return problem === undefined ? parsed : err(problem);
}

/** As parseFql, for a text that must be true or false of an event: a filter's condition. */
export function parseCondition(text: string): Result<Expr, FqlProblem> {
  const parsed = parseFql(text);
  if (!parsed.ok) return parsed;
  const problem = checkTypes(parsed.value, "condition");
  return problem === undefined ? parsed : err(problem);
}
