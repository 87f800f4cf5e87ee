// What the code of a destination cannot say of itself: what kind of tool it is, and what it needs that a Worker of
// yours does not have. Keyed by the folder of @segment/action-destinations.

/** The package holds no categories; these follow Segment's public catalogue. What is not named here is "Other". */
const CATEGORIES = {
  Advertising:
    "1plusx 1plusx-asset-api adobe-target amazon-amc amazon-conversions-api criteo-audiences delivrai-activate display-video-360 dynamic-yield-audiences facebook-conversions-api facebook-custom-audiences first-party-dv360 google-campaign-manager-360 google-data-manager google-enhanced-conversions iqm kevel kevel-audience linkedin-audiences linkedin-conversions liveramp-audiences magellan-ai moloco-rmp ms-bing-ads-audiences ms-bing-capi nextdoor-capi pinterest-conversions podscribe reddit-audiences reddit-conversions-api revx rokt-audiences rokt-capi snap-audiences snap-conversions-api stackadapt stackadapt-audiences taboola-actions the-trade-desk-crm tiktok-app-events tiktok-audiences tiktok-conversions tiktok-conversions-sandbox tiktok-offline-conversions tiktok-offline-conversions-sandbox topsort vibe-audience yahoo-audiences youappi-audiences",
  Analytics:
    "absmartly accoil-analytics actable-predictive aggregations-io altertable amplitude amplitude-cohorts app-fit avo avo-v2 canvas chartmogul fullstory google-analytics-4 heap june klime koala mixpanel posthog prodeology roadwayai toplyne trackey trubrics usermaven usermotion userpilot pendo-audiences",
  Attribution: "adjust attribution metronome m3ter",
  "A/B Testing":
    "algolia-insights kameleoon launchdarkly launchdarkly-audiences optimizely-advanced-audience-targeting optimizely-feature-experimentation-actions optimizely-web vwo",
  CRM: "actions-pardot apolloio attio blackbaud-raisers-edge-nxt clay close collab-travel-crm hubspot outfunnel pipedrive salesforce salesforce-marketing-cloud saleswings",
  "Customer Success":
    "canny-functions devrev gainsight-px-cloud-action gleap hyperengage intercom jimo-cloud playerzero-cloud appcues",
  "Email Marketing":
    "acoustic acoustic-s3tc cordial customerio dotdigital dotdigital-audiences drip emarsys iterable iterable-audiences iterable-lists klaviyo listrak loops marketo-static-lists movable-ink optimizely-data-platform ortto ortto-audiences responsys sendgrid sendgrid-audiences taguchi",
  "Marketing Automation":
    "aampe airship angler-ai attentive batch blend-ai braze braze-cohorts clevertap contentstack courier encharge engage-messaging-sendgrid engage-messaging-twilio epsilon gwen hilo insider insider-audiences lark launchpad moengage nudge postscript pushwoosh qualified recombee ripe twilio twilio-messaging twilio-messaging-omnichannel twilio-studio voyage xtremepush yonoma",
  "Loyalty and Referrals":
    "antavo eagleeye-audiences friendbuy gameball rehook talon-one voucherify yotpo livelike-cloud",
  Surveys: "qualtrics sprig surveysparrow survicate",
  "Raw Data":
    "amazon-eventbridge aws-kinesis aws-s3 google-sheets google-sheets-dev kafka s3 segment segment-profiles sftp singlestore webhook webhook-audiences webhook-extensible zapier",
  Messaging: "slack",
};

const BY_FOLDER = new Map(
  Object.entries(CATEGORIES).flatMap(([category, folders]) => folders.split(" ").map((folder) => [folder, category])),
);

export const categoriesOf = (folder) => [BY_FOLDER.get(folder) ?? "Other"];

/** Of Segment's surroundings, not credentials a user could have. */
const NOT_ASKED = new Set([
  "NODE_ENV",
  "AWS_REGION",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_ROLE_ARN",
  "ACTIONS_MEMORA_ENV",
]);
/** The AWS SDK takes the first credentials of a chain of roles from these. */
const AWS_CREDENTIALS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/** Which variables a user may give, of those that the code reads. */
export function askedVariables(env) {
  const asked = env.filter((variable) => !NOT_ASKED.has(variable) && !variable.startsWith("KAFKA_"));
  return asked.some((variable) => variable.endsWith("_ROLE_ADDRESS")) ? [...AWS_CREDENTIALS, ...asked] : asked;
}

/** What a user should know before connecting it. */
export function notesOn(folder, { env, audienceConfig, actions }) {
  const asked = askedVariables(env);
  const hooked = Object.values(actions)
    .filter((action) => action.hooks)
    .map((action) => action.title);
  return [
    asked.length > 0 &&
      `Segment uses credentials of its own with this tool; give yours under Partner credentials: ${asked.join(", ")}.`,
    asked.includes("AWS_ACCESS_KEY_ID") &&
      "It assumes the role of …_ROLE_ADDRESS with these AWS credentials first, and with that one the role in the settings.",
    audienceConfig &&
      "createAudience" in audienceConfig &&
      "Inlet does not create audiences at the tool: events must carry the audience's id in context.personas.external_audience_id.",
    hooked.length > 0 &&
      `Only for mappings of ${hooked.join(", ")}: Segment's console runs a step when one is saved. Inlet does not; fill in what it would have found.`,
    folder === "webhook-extensible" &&
      "Its access token cannot be renewed here; Inlet's own HTTP destination renews tokens of client credentials.",
    folder.startsWith("engage-messaging-") &&
      "It reads profiles from a Segment Unify space and sends for Segment Engage.",
  ].filter(Boolean);
}
