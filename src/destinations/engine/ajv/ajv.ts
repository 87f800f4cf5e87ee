import { compile } from "./compile.ts";
import { newRun, type ErrorObject, type Format, type Schema } from "./schema.ts";

/** As AJV's compiled function: true or false, with the errors of the last call beside it. */
export interface ValidateFunction {
  (data: unknown): boolean;
  errors: ErrorObject[] | null;
}

/**
 * Takes the place of the `ajv` package for actions-core, which runs AJV 8 with
 * `{ coerceTypes: "array", allErrors: true, verbose: true, removeAdditional: true }`. AJV compiles schemas with
 * `new Function`, which Workers forbid; this one interprets them, with the same results, coercions and errors.
 */
export class Ajv {
  readonly #formats = new Map<string, Format>();
  readonly #compiled = new WeakMap<Schema, ValidateFunction>();
  #added: { readonly key: string; readonly schema: Schema } | undefined;

  addFormat(name: string, format: Format): this {
    this.#formats.set(name, format);
    return this;
  }

  compile(schema: Schema): ValidateFunction {
    const known = this.#compiled.get(schema);
    if (known !== undefined) return known;
    const check = compile(schema, this.#formats);
    const validate: ValidateFunction = Object.assign(
      (data: unknown): boolean => {
        const run = newRun(false);
        check({ value: data, parent: undefined, key: "", path: "" }, run);
        validate.errors = run.errors.length === 0 ? null : run.errors;
        return run.failures === 0;
      },
      { errors: null },
    );
    this.#compiled.set(schema, validate);
    return validate;
  }

  addSchema(schema: Schema, key: string): this {
    this.#added = { schema, key };
    return this;
  }

  /**
   * Knows a key only until it has answered once. actions-core keys schemas by the titles of destination and action,
   * and asks here before it adds: with a memory, two actions of one title would share whichever schema came first.
   */
  getSchema(key: string): ValidateFunction | undefined {
    const added = this.#added;
    this.#added = undefined;
    return added?.key === key ? this.compile(added.schema) : undefined;
  }
}
