import type { Random } from "../../support/random.ts";
import type { Setting } from "../case.ts";
import type { Field, UpstreamDefinition } from "../catalogue.ts";
import { plausible } from "./values.ts";

const isSetting = (value: unknown): value is Setting =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" || Array.isArray(value);

/** Values that only one destination wants in this shape. */
const BY_KEY: Readonly<Record<string, string>> = {
  apiRegion: "US",
  measurementId: "G-ABCDEF1234",
  pixelId: "1234567890123456",
  stack: "demo",
  datacenter: "fra1",
  subdomain: "mc563885gzs27c5t9-63k636ttgm",
  deployment: "https://mycompany.us-east4.talon.one",
  instanceUrl: "https://instance.example.com/",
  tableListId: "1234",
  brokers: "broker.example.com:9092",
  connector_url: "https://connector.example.com",
};

function settingFor(key: string, field: Field, random: Random): Setting {
  if (field.default !== undefined && isSetting(field.default) && field.default !== "" && random.next() < 0.6) {
    return field.default;
  }
  if (field.type === "password" && field.format === undefined) return `secret-${key}-${random.between(1, 9)}`;
  const value = field.choices === undefined ? BY_KEY[key] : undefined;
  const made = value ?? plausible(key, field, random);
  return isSetting(made) ? made : String(made);
}

/** Settings as a user would fill them in. One time in twenty a needed one is missing. */
export function settingsFor(definition: UpstreamDefinition, random: Random): Record<string, Setting> {
  const { authentication } = definition;
  const settings: Record<string, Setting> = {};
  for (const [key, field] of Object.entries(authentication?.fields ?? {})) {
    if (field.required === true ? random.next() < 0.01 : random.next() < 0.3) continue;
    settings[key] = settingFor(key, field, random);
  }
  if (authentication?.scheme === "oauth2" || authentication?.scheme === "oauth-managed") {
    settings["oauth_access_token"] = "token-of-the-beginning";
    settings["oauth_refresh_token"] = "refresh-of-the-beginning";
    settings["oauth_client_id"] = "client-id";
    settings["oauth_client_secret"] = "client-secret";
    if (authentication.scheme === "oauth-managed") {
      settings["oauth_refresh_token_url"] = "https://id.example.com/oauth/token";
    }
  }
  return settings;
}
