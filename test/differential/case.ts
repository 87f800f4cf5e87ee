/** What the network answers in one case; `body` picks one of the bodies of answers.ts. */
export type Answer =
  | { readonly kind: "status"; readonly status: number; readonly body: number }
  /** 401 until a request carries the token that the refresh gave. */
  | { readonly kind: "refresh"; readonly body: number }
  /** 401 whatever is sent, but the refresh itself works. */
  | { readonly kind: "refused"; readonly body: number }
  /** 307 to another host, which answers 200. */
  | { readonly kind: "redirect"; readonly body: number }
  /** Never answers. */
  | { readonly kind: "hang" }
  /** Takes the request and closes the connection. */
  | { readonly kind: "break" };

export type Event = Record<string, unknown>;
export type Mapping = Record<string, unknown>;

/** One delivery, told completely: both sides get this as JSON text and nothing else. */
export interface DifferentialCase {
  readonly id: string;
  /** metadataId. */
  readonly destination: string;
  readonly slug: string;
  readonly action: string;
  readonly trigger: string;
  readonly mapping: Mapping;
  /** Flat, OAuth's as `oauth_access_token` and so on. */
  readonly settings: Record<string, Setting>;
  readonly events: readonly Event[];
  readonly answer: Answer;
  /** Waits longer for stragglers: a second look at a case that seemed unequal. */
  readonly patient?: boolean;
}

export type Setting = string | number | boolean | string[];

/** One request as it arrived, after normalising (captured.ts). */
export interface CapturedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What became of one event. `unmatched`: the trigger did not fire. */
export interface Verdict {
  readonly status: "unmatched" | "delivered" | "retry" | "abandoned";
  readonly reason?: string;
  readonly retryAfterMs?: number;
}

export interface Observation {
  readonly requests: readonly CapturedRequest[];
  /** One per event, in their order. */
  readonly verdicts: readonly Verdict[];
  /** Told by upstream's side: requests were begun side by side, so that their order says nothing. */
  readonly overlapping: boolean;
  /** Tokens that were to be kept after a refresh. */
  readonly savedTokens: readonly Record<string, string>[];
  /** For people: what the side said of failures. Not compared. */
  readonly notes: readonly string[];
}

/** Both sides' clock: ms since epoch. */
export const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);
/** What Math.random gives on both sides. */
export const RANDOM = 0.371;
/** Header in which both sides tell the capturing server the whole URL. */
export const URL_HEADER = "x-differential-url";
/** Header by which upstream's side tells which of its runs a request belongs to: some go on after their case. */
export const RUN_HEADER = "x-differential-run";
/** The token a refresh gives. */
export const REFRESHED = "token-after-refresh";

/** What both sides' process environment holds: Segment's own credentials with partners, which upstream reads there. */
export const ENVIRONMENT: Readonly<Record<string, string>> = Object.fromEntries(
  [
    "ACTIONS_AMAZON_AMC_CLIENT_ID",
    "ACTIONS_AMAZON_AMC_CLIENT_SECRET",
    "ACTIONS_AMAZON_CONVERSIONS_API_CLIENT_ID",
    "ACTIONS_AMAZON_CONVERSIONS_API_CLIENT_SECRET",
    "ACTIONS_APOLLOIO_HEADER_SECRET",
    "ACTIONS_DISPLAY_VIDEO_360_CLIENT_ID",
    "ACTIONS_DISPLAY_VIDEO_360_CLIENT_SECRET",
    "ACTIONS_DISPLAY_VIDEO_360_REFRESH_TOKEN",
    "ACTIONS_DYNAMIC_YIELD_AUDIENCES_DEV_CLIENT_SECRET",
    "ACTIONS_DYNAMIC_YIELD_AUDIENCES_EU_CLIENT_SECRET",
    "ACTIONS_DYNAMIC_YIELD_AUDIENCES_US_CLIENT_SECRET",
    "ACTIONS_FB_CAPI_SYSTEM_USER_TOKEN",
    "ACTIONS_FIRST_PARTY_DV360_CLIENT_ID",
    "ACTIONS_FIRST_PARTY_DV360_CLIENT_SECRET",
    "ACTIONS_LINKEDIN_CONVERSIONS_CLIENT_ID",
    "ACTIONS_LINKEDIN_CONVERSIONS_CLIENT_SECRET",
    "ACTIONS_MS_BING_ADS_AUDIENCES_DEVELOPER_TOKEN",
    "ACTIONS_YAHOO_AUDIENCES_TAXONOMY_CLIENT_ID",
    "ACTIONS_YAHOO_AUDIENCES_TAXONOMY_CLIENT_SECRET",
    "ADWORDS_DEVELOPER_TOKEN",
    "AMAZON_S3_ACTIONS_EXTERNAL_ID",
    "AMAZON_S3_ACTIONS_ROLE_ADDRESS",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "BRAZE_COHORTS_PARTNER_API_KEY_EU",
    "BRAZE_COHORTS_PARTNER_API_KEY_US",
    "DOTDIGITAL_AUDIENCES_PARTNER_SECRET",
    "GOOGLE_ENHANCED_CONVERSIONS_CLIENT_ID",
    "GOOGLE_ENHANCED_CONVERSIONS_CLIENT_SECRET",
    "SALESFORCE_CLIENT_ID",
    "SALESFORCE_CLIENT_SECRET",
    "SENDGRID_BYPASS_IP_BLOCK_HEADER_SECRET",
  ].map((name) => [name, `test-${name.toLowerCase().replaceAll("_", "-")}`]),
);

/** After a failure a case stays open for a while (ms): requests begun side by side with the failed one still leave. */
export async function settle({ patient }: DifferentialCase, verdicts: readonly Verdict[]): Promise<void> {
  if (verdicts.every(({ reason }) => reason === undefined)) return;
  await new Promise((done) => setTimeout(done, patient === true ? 200 : 5));
}
