import type { SettingValue } from "../../core/catalog.ts";
import { maskHeader } from "../../core/mask.ts";
import { hiderOf } from "../../core/secret-forms.ts";
import type { RawExchange } from "./call.ts";
import { envSetting } from "./settings.ts";

/** Of what a header holds, shorter texts are names and versions. */
const LEAST_HEADER_CHARS = 8;

/** Hides what must not be seen in a text that is shown to people. */
export type Hide = (text: string) => string;

/** The values of secret settings; environment variables always are, and tokens come from `Tokens`. */
export function secretsOf(
  settings: Readonly<Record<string, SettingValue>>,
  isSecret: (name: string) => boolean,
): string[] {
  const always = (name: string): boolean => name === "oauth_client_secret" || name.startsWith(envSetting(""));
  return Object.entries(settings).flatMap(([name, value]) =>
    typeof value === "string" && (isSecret(name) || always(name)) ? [value] : [],
  );
}

/** @param secrets asked each time, because tokens change. */
export function hiderFor(secrets: () => readonly string[]): Hide {
  let known: readonly string[] = [];
  let hide = hiderOf(known);
  return (text) => {
    const current = secrets();
    if (current.length !== known.length || current.some((value, at) => value !== known[at])) {
      known = [...current];
      hide = hiderOf(known);
    }
    return hide(text);
  };
}

const credentialsOf = ({ headers }: RawExchange): string[] =>
  Object.entries(headers).flatMap(([name, value]) => (maskHeader(name, value) === value ? [] : [value]));

/**
 * Hides, besides, what let the requests of one call in: it may be made of secrets, as basic authentication and
 * signatures are, and error pages like to repeat it.
 */
export function hideSent(hide: Hide, exchanges: readonly RawExchange[]): Hide {
  let latest: RawExchange | undefined;
  let hideHeaders = hiderOf([]);
  return (text) => {
    if (exchanges.at(-1) !== latest) {
      latest = exchanges.at(-1);
      hideHeaders = hiderOf(exchanges.flatMap(credentialsOf), LEAST_HEADER_CHARS);
    }
    // The whole of what was sent first: without a secret that it is made of, the rest would not be known again.
    return hide(hideHeaders(text));
  };
}
