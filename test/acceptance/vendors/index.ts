import type { Vendor } from "../city.ts";
import type { Connect } from "../connect.ts";
import { amplitude, connectAmplitude } from "./amplitude.ts";
import { braze, connectBraze } from "./braze.ts";
import { connectCustomerIo, customerIo } from "./customer-io.ts";
import { connectFacebook, facebook } from "./facebook.ts";
import { connectGoogleAnalytics, googleAnalytics } from "./google-analytics.ts";
import { connectHubspot, hubspot } from "./hubspot.ts";
import { connectKlaviyo, klaviyo } from "./klaviyo.ts";
import { connectMixpanel, mixpanel } from "./mixpanel.ts";
import { connectPosthog, posthog } from "./posthog.ts";
import { connectSlack, slack } from "./slack.ts";
import { connectWebhook, webhook } from "./webhook.ts";

const TOOLS: readonly (readonly [vendor: Vendor, connect: Connect])[] = [
  [mixpanel, connectMixpanel],
  [amplitude, connectAmplitude],
  [googleAnalytics, connectGoogleAnalytics],
  [braze, connectBraze],
  [customerIo, connectCustomerIo],
  [hubspot, connectHubspot],
  [slack, connectSlack],
  [posthog, connectPosthog],
  [klaviyo, connectKlaviyo],
  [facebook, connectFacebook],
  [webhook, connectWebhook],
];

export const VENDORS: readonly Vendor[] = TOOLS.map(([vendor]) => vendor);

/** How each is connected, by the vendor's name. */
export const CONNECTS: Readonly<Record<string, Connect>> = Object.fromEntries(
  TOOLS.map(([{ name }, connect]) => [name, connect]),
);
