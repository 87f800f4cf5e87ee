/** A JSON schema as actions-core generates it from fields (fields-to-jsonschema.js); other keywords are ignored. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly not?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly if?: Schema;
  readonly then?: Schema;
  readonly else?: Schema;
}

/** AJV's `ErrorObject` with `verbose`: ajv-human-errors makes its sentences from it. */
export interface ErrorObject {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message: string;
  readonly schema: unknown;
  readonly parentSchema: Schema;
  readonly data: unknown;
}

/** As ajv-formats gives them: `true` takes everything. */
export type Format =
  | true
  | RegExp
  | ((text: string) => boolean)
  | { readonly type?: "string"; readonly validate: RegExp | ((text: string) => boolean) }
  | { readonly type: "number"; readonly validate: (value: number) => boolean };

/** A value and where it stands, so that coercion can put another in its place. */
export interface Place {
  value: unknown;
  readonly parent: Record<string | number, unknown> | undefined;
  readonly key: string | number;
  /** JSON pointer from the root. */
  readonly path: string;
}

/** One validation. `silent` ones (`if`, `not`) stop at the first failure and keep no errors. */
export interface Run {
  readonly silent: boolean;
  failures: number;
  readonly errors: ErrorObject[];
}

/** Checks one place, coercing as it goes; reports to the run. */
export type Check = (place: Place, run: Run) => void;

export const newRun = (silent: boolean): Run => ({ silent, failures: 0, errors: [] });

export const pointer = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1");
