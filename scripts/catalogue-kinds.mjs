// What is known of each destination of the catalogue without running it, as JSON: lists, forms and the Public API
// read it from dist/assets/catalogue. Those assets are public, as everything in them is: it is Segment's open source.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { DestinationKind, summarise } from "../src/core/destination-kind.ts";
import { defaultMapping, describeAction } from "../src/destinations/engine/describe-action.ts";
import { isSecretSetting } from "../src/destinations/engine/fields.ts";
import { envSetting } from "../src/destinations/engine/settings.ts";
import { whyUnavailable } from "../src/destinations/engine/unavailable.ts";
import { askedVariables, categoriesOf, notesOn } from "./catalogue-facts.mjs";
import { LISTING } from "./catalogue-bundle.mjs";
import { ROOT } from "./serve.mjs";

const require = createRequire(import.meta.url);
const PACKAGE = path.join(ROOT, "node_modules/@segment/action-destinations/dist/destinations");
const OUT = path.join(ROOT, "dist/assets/catalogue");

function describeSetting(name, setting) {
  const { label, description, required = false, type, choices, multiple, default: value, depends_on } = setting;
  return {
    name,
    label,
    type: choices ? "select" : type === "password" ? "string" : type,
    required,
    description,
    secret: isSecretSetting(name, setting),
    ...(choices && { choices: choices.map((one) => (typeof one === "string" ? { label: one, value: one } : one)) }),
    ...(multiple && { multiple }),
    ...(value !== undefined && { defaultValue: value }),
    ...(depends_on && { dependsOn: depends_on }),
  };
}

const oauthField = (name, label, secret, description) => ({
  name,
  label,
  type: "string",
  required: name === "oauth_access_token",
  description,
  secret,
  group: "OAuth",
});

/** Segment's console fetches these with its own app; here they are those of an app of the user's. */
function oauthFields({ scheme, refreshAccessToken }) {
  if (scheme !== "oauth2" && scheme !== "oauth-managed") return [];
  const fields = [oauthField("oauth_access_token", "Access token", true, "Of an OAuth app of yours at this tool.")];
  if (!refreshAccessToken) return fields;
  fields.push(
    oauthField("oauth_refresh_token", "Refresh token", true, "Renews the access token when it has run out."),
    oauthField("oauth_client_id", "Client ID", false, "Of your OAuth app; needed to renew the access token."),
    oauthField("oauth_client_secret", "Client secret", true, "Of your OAuth app; needed to renew the access token."),
  );
  if (String(refreshAccessToken).includes("refreshTokenUrl")) {
    fields.push(oauthField("oauth_refresh_token_url", "Token URL", false, "Where the access token is renewed."));
  }
  return fields;
}

const envField = (variable) => ({
  name: envSetting(variable),
  label: variable,
  type: "string",
  required: false,
  secret: true,
  description: "Segment uses a credential of its own here. Give yours if your account with this tool needs it.",
  group: "Partner credentials",
});

function describePreset(preset, actions) {
  const { partnerAction, name, mapping, type, subscribe, eventSlug } = preset;
  const action = actions[partnerAction];
  return {
    actionId: partnerAction,
    name: name ?? action.title,
    mapping: { ...defaultMapping(action), ...mapping },
    trigger: type === "automatic" ? subscribe : null,
    type,
    ...(eventSlug && { eventSlug }),
  };
}

function describe({ id, folder, env }) {
  const {
    name,
    slug,
    description = "",
    authentication,
    actions,
    presets = [],
    ...rest
  } = require(path.join(PACKAGE, folder)).default;
  const reason = whyUnavailable(id);
  return DestinationKind.parse({
    id,
    slug,
    name,
    description,
    categories: categoriesOf(folder),
    available: reason === undefined,
    ...(reason && { unavailableReason: reason }),
    notes: notesOn(folder, { env, actions, ...rest }),
    authScheme: authentication?.scheme ?? "none",
    testsAuthentication: authentication?.testAuthentication !== undefined,
    fields: [
      ...Object.entries(authentication?.fields ?? {}).map(([key, setting]) => describeSetting(key, setting)),
      ...oauthFields(authentication ?? {}),
      ...askedVariables(env).map(envField),
    ],
    actions: Object.entries(actions).map(([key, action]) => describeAction(key, action)),
    // One preset of the package names an action that does not exist: nothing could run it.
    presets: presets.filter(({ partnerAction }) => actions[partnerAction]).map((one) => describePreset(one, actions)),
    startsEnabled: false,
  });
}

/** For every destination that bundleCatalogue has bundled. */
export function writeKinds() {
  const definitions = JSON.parse(readFileSync(LISTING, "utf8"));
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const kinds = definitions.map(describe).toSorted((one, other) => one.name.localeCompare(other.name, "en"));
  for (const kind of kinds) writeFileSync(path.join(OUT, `${kind.id}.json`), JSON.stringify(kind));
  writeFileSync(path.join(OUT, "index.json"), JSON.stringify(kinds.map(summarise)));
}
