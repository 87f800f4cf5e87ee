/** One entry of a refusal's `errors`. `field` is a dotted path into the body that was sent. */
export interface Problem {
  readonly type: string;
  readonly message: string;
  readonly field?: string;
}

export interface FieldErrors {
  /** The first message for each field, keyed by its path. */
  readonly fields: Readonly<Record<string, string>>;
  /** What belongs to no field of the form that was shown. */
  readonly general: readonly string[];
}

/**
 * Sorts a refusal's problems to the fields of a form. A field is matched by its own path or by a path below it
 * (`allowedOrigins.2` shows at `allowedOrigins`); a leading `settings.` is the API's, not the form's.
 */
export function sortProblems(problems: readonly Problem[], known: readonly string[]): FieldErrors {
  const fields: Record<string, string> = {};
  const general: string[] = [];
  for (const problem of problems) {
    const path = problem.field?.replaceAll(/\[(\d+)\]/g, ".$1").replace(/^settings\./, "");
    const field = known.find((name) => path === name || path?.startsWith(`${name}.`));
    // In a form both are the same: nothing was typed.
    const message = problem.message === "must be given" ? "must not be empty" : problem.message;
    const sentence = capitalise(message);
    if (field === undefined) general.push(path === undefined ? sentence : `${path}: ${message}`);
    else fields[field] ??= sentence;
  }
  return { fields, general };
}

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The values of a form, by the names that its fields have or nearly have: `rule.minimum` may be held as `minimum`. */
export type FormValues = Readonly<Record<string, unknown>>;

/**
 * What is still wrong: a field that was edited since `then` complains no more. A field whose value goes by another name
 * is quiet as soon as anything was edited.
 */
export function stillWrong(errors: FieldErrors, then: FormValues, now: FormValues): FieldErrors {
  const edited = (name: string): boolean => JSON.stringify(then[name]) !== JSON.stringify(now[name]);
  const anything = [...new Set([...Object.keys(then), ...Object.keys(now)])].some(edited);
  const isEdited = (path: string): boolean => {
    const parts = path.split(".");
    const name = [path, parts.at(-1)!, parts[0]!].find((one) => one in then || one in now);
    return name === undefined ? anything : edited(name);
  };
  return { ...errors, fields: Object.fromEntries(Object.entries(errors.fields).filter(([path]) => !isEdited(path))) };
}
