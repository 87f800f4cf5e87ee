import type { SettingValue } from "../../core/catalog.ts";
import { maskHeader } from "../../core/mask.ts";
import type { RawExchange } from "./call.ts";
import { envSetting } from "./settings.ts";

const MASK = "••••";
/** Shorter ones are part of too many words to be hidden; of what a header holds, more are names and versions. */
const LEAST_CHARS = 4;
const LEAST_HEADER_CHARS = 8;

/** Hides what must not be seen in a text that is shown to people. */
export type Hide = (text: string) => string;

/** A secret as it may stand in URLs, JSON and HTTP's basic authentication. */
function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  return [secret, json, encodeURIComponent(secret), new URLSearchParams({ "": secret }).toString().slice(1)];
}

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
export const hiderFor =
  (secrets: () => readonly string[]): Hide =>
  (text) =>
    secrets()
      .filter(({ length }) => length >= LEAST_CHARS)
      .flatMap(formsOf)
      .toSorted((one, other) => other.length - one.length)
      .reduce((shown, secret) => shown.replaceAll(secret, MASK), text);

/** A credential as it was sent, with the scheme before it and without. */
const sentForms = (value: string): string[] => [value, value.replace(/^\S+\s+/, "")];

/**
 * Hides, besides, what let the requests of one call in: it may be made of secrets, as basic authentication and
 * signatures are, and error pages like to repeat it.
 */
export function hideSent(hide: Hide, exchanges: readonly RawExchange[]): Hide {
  const sent = (): string[] =>
    exchanges
      .flatMap(({ headers }) => Object.entries(headers))
      .filter(([name, value]) => maskHeader(name, value) !== value)
      .flatMap(([, value]) => sentForms(value))
      .filter(({ length }) => length >= LEAST_HEADER_CHARS);
  return (text) => sent().reduce((shown, value) => shown.replaceAll(value, MASK), hide(text));
}
