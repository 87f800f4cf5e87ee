import type { SettingValue } from "../../core/catalog.ts";

/** Settings as actions-core wants them, and what else a definition is given. */
export interface OpenSettings {
  /** The definition's own fields. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** `settings.oauth` of actions-core; absent when no token or client was given. */
  readonly oauth?: OAuthSettings;
  /** What the definition reads from `process.env`: the partner's credentials that Segment would use its own for. */
  readonly env: Readonly<Record<string, string>>;
}

/** Names are actions-core's (destination-kit/parse-settings.js). */
export interface OAuthSettings {
  readonly access_token?: string;
  readonly refresh_token?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly refresh_token_url?: string;
}

/** Our setting for each part of `settings.oauth`. */
export const OAUTH_SETTINGS = {
  oauth_access_token: "access_token",
  oauth_refresh_token: "refresh_token",
  oauth_client_id: "clientId",
  oauth_client_secret: "clientSecret",
  oauth_refresh_token_url: "refresh_token_url",
} as const satisfies Record<string, keyof OAuthSettings>;

const isOAuth = (name: string): name is keyof typeof OAUTH_SETTINGS => Object.hasOwn(OAUTH_SETTINGS, name);

/** Setting that stands for one environment variable of a definition. */
export const envSetting = (variable: string): string => `env_${variable}`;
const ENV_PREFIX = envSetting("");

/** Sorts settings by where they belong; empty ones are left out, as Segment's console does not store them. */
export function splitSettings(settings: Readonly<Record<string, SettingValue>>): OpenSettings {
  const fields: Record<string, unknown> = {};
  const oauth: Record<string, string> = {};
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(settings)) {
    if (value === null || value === "") continue;
    if (isOAuth(name)) oauth[OAUTH_SETTINGS[name]] = String(value);
    else if (name.startsWith(ENV_PREFIX)) env[name.slice(ENV_PREFIX.length)] = String(value);
    else fields[name] = structuredClone(value);
  }
  return Object.keys(oauth).length === 0 ? { fields, env } : { fields, env, oauth };
}
