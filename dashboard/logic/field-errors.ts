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
    const sentence = capitalise(problem.message);
    if (field === undefined) general.push(path === undefined ? sentence : `${path}: ${problem.message}`);
    else fields[field] ??= sentence;
  }
  return { fields, general };
}

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
