import type { SettingValue } from "../../core/catalog.ts";
import { envSetting } from "./settings.ts";

const MASK = "••••";
/** Shorter ones are part of too many words to be hidden. */
const LEAST_CHARS = 4;

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
