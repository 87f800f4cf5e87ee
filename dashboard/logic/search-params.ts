/** The URL's search as plain strings: `?q=42` stays the text "42", unlike the router's JSON default. */
export const parseSearch = (search: string): Record<string, string> => Object.fromEntries(new URLSearchParams(search));

/** The reverse; empty and absent values leave no trace in the address. */
export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (typeof value === "string" && value !== "") params.set(key, value);
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

/** Keeps the named keys that hold text: what a route accepts of a hand-written address. */
export const textParams =
  <K extends string>(...keys: readonly K[]) =>
  (search: Readonly<Record<string, unknown>>): { [key in K]?: string } => {
    const kept: { [key in K]?: string } = {};
    for (const key of keys) {
      const value = search[key];
      if (typeof value === "string" && value !== "") kept[key] = value;
    }
    return kept;
  };

/** A path inside the console to return to after signing in; anything that could leave it becomes `/`. */
export const innerPath = (to: string | undefined): string =>
  to !== undefined && /^\/(?![/\\])/.test(to) && !to.startsWith("/sign-in") ? to : "/";
