import { refuse, type OpenDestination, type Refusal } from "../core/catalog.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Complaint, Settings, SettingsTrial, TrialReport, TrialRequest } from "../core/trial.ts";
import type { DeliveryDeps } from "./deliver-job.ts";
import type { Connection, DeliveredEvent, DestinationTools } from "./destination.ts";
import { fires } from "./trigger.ts";

/** What a trial needs: the same as a delivery, so that it shows what a delivery would do. */
export type TrialDeps = Pick<
  DeliveryDeps,
  "openDestination" | "findDestination" | "saveTokens" | "timeLimit" | "tools"
> & { newMessageId(): string };

/** For all requests of one trial together; somebody is waiting for it. */
const TRIAL_MS = 20_000;

const GONE = refuse("not_found", "There is no such destination.");
const SEALED = refuse(
  "conflict",
  "Secrets of this destination cannot be opened: they were sealed with another INLET_SEAL_KEY. Enter them again.",
);
const NO_CODE = refuse("conflict", "This version of the collector cannot run this kind of destination.");

/** The secrets that stay, opened; undefined when one cannot be. */
async function storedSecrets(deps: TrialDeps, stored: SettingsTrial["stored"]): Promise<Settings | undefined> {
  if (stored === undefined) return {};
  const opened = await deps.openDestination(stored.destinationId);
  if (opened === null || stored.secrets.some((name) => opened.unreadable.includes(name))) return undefined;
  return Object.fromEntries(Object.entries(opened.settings).filter(([name]) => stored.secrets.includes(name)));
}

/** All settings as they would be; undefined when a secret that stays cannot be opened. */
async function settingsOf(
  deps: TrialDeps,
  { settings, secrets, stored }: SettingsTrial,
): Promise<Settings | undefined> {
  const kept = await storedSecrets(deps, stored);
  if (kept === undefined) return undefined;
  const given = Object.entries(secrets).filter((entry): entry is [string, string] => entry[1] !== null);
  return { ...settings, ...kept, ...Object.fromEntries(given) };
}

/** A connection with these settings; refreshed tokens are kept only where there is a destination to keep them. */
async function connect(
  deps: TrialDeps,
  metadataId: string,
  settings: Settings,
  destinationId: string | undefined,
): Promise<Result<Result<Connection, string>, Refusal>> {
  const destination = await deps.findDestination(metadataId);
  if (destination === undefined) return err(NO_CODE);
  const saveTokens = async (tokens: Record<string, string>): Promise<void> => {
    if (destinationId !== undefined) await deps.saveTokens(destinationId, tokens);
  };
  return ok(destination.open(settings, { destinationId: destinationId ?? "", saveTokens }));
}

/** `url: must be …` → the setting it is about. */
function complaintOf(text: string, settings: Settings): Complaint {
  const [, field = "", message] = /^([\w.-]+): (.+)$/s.exec(text) ?? [];
  const name = field.split(".")[0] ?? "";
  return message !== undefined && name in settings ? { field, message } : { message: text };
}

/** What the kind's own code has against these settings; nothing while a secret that stays cannot be opened. */
export async function checkSettings(trial: SettingsTrial, deps: TrialDeps): Promise<readonly Complaint[]> {
  const settings = await settingsOf(deps, trial);
  if (settings === undefined) return [];
  const connected = await connect(deps, trial.metadataId, settings, trial.stored?.destinationId);
  if (!connected.ok) return [{ message: connected.error.message }];
  return connected.value.ok ? [] : [complaintOf(connected.value.error, settings)];
}

/** Whether the destination takes the credentials; the inner error is its answer in a sentence. */
export async function testAuthentication(
  trial: SettingsTrial,
  deps: TrialDeps,
): Promise<Result<Result<null, string>, Refusal>> {
  const settings = await settingsOf(deps, trial);
  if (settings === undefined) return err(SEALED);
  const connected = await connect(deps, trial.metadataId, settings, trial.stored?.destinationId);
  if (!connected.ok) return connected;
  if (!connected.value.ok) return ok(connected.value);
  const limit = deps.timeLimit(TRIAL_MS);
  try {
    return ok(await connected.value.value.testAuthentication(deps.tools, limit.signal));
  } finally {
    limit.clear();
  }
}

/** With the ids and times that every delivered event has. */
function complete(event: DeliveredEvent, deps: TrialDeps): DeliveredEvent {
  const now = new Date(deps.tools.now()).toISOString();
  const times = { timestamp: now, originalTimestamp: now, sentAt: now, receivedAt: now };
  return { messageId: deps.newMessageId(), ...times, context: {}, integrations: {}, ...event };
}

const NOT_SENT = "nothing was sent: this was a dry run";

/** The same means without a way out, so that the destination's own code shows what it would send. */
const withoutWayOut = (tools: DestinationTools): DestinationTools => ({
  ...tools,
  fetch: () => Promise.reject(new Error(NOT_SENT)),
  ...(tools.putObject === undefined ? {} : { putObject: async () => err(NOT_SENT) }),
});

/** A dry run's report: that its requests got no answer says nothing about them. */
function unsent(report: TrialReport): TrialReport {
  if (report.exchanges.length === 0) return report;
  const exchanges = report.exchanges.map(({ request }) => ({ request }));
  return { ...report, exchanges, outcome: { status: "delivered" } };
}

async function runTrial(
  request: TrialRequest,
  opened: OpenDestination,
  deps: TrialDeps,
): Promise<Result<TrialReport, Refusal>> {
  const { destination, settings } = opened;
  const connected = await connect(deps, destination.metadataId, settings, destination.id);
  if (!connected.ok) return connected;
  const event = complete(request.event, deps);
  const trigger = request.trigger === undefined ? undefined : fires(request.trigger, event);
  const shown = trigger === undefined ? {} : { trigger };
  if (!connected.value.ok) {
    const outcome = {
      status: "abandoned",
      reason: "INVALID_SETTINGS",
      detail: connected.value.error,
      who: "user",
    } as const;
    return ok({ ...shown, exchanges: [], outcome });
  }
  const { actionId, mapping } = request;
  const dryRun = request.dryRun || trigger?.fires === false;
  const limit = deps.timeLimit(TRIAL_MS);
  try {
    const tools = dryRun ? withoutWayOut(deps.tools) : deps.tools;
    const call = { actionId, mapping, events: [event], tools, signal: limit.signal };
    const report = await connected.value.value.test(call);
    return ok({ ...(dryRun ? unsent(report) : report), ...shown });
  } finally {
    limit.clear();
  }
}

/**
 * Runs one event through one subscription for somebody who watches (delivery.md §5.5): past the filters, also where
 * the destination or the subscription is off. What its trigger does not want is mapped and shown, never sent.
 */
export async function testDestination(request: TrialRequest, deps: TrialDeps): Promise<Result<TrialReport, Refusal>> {
  const opened = await deps.openDestination(request.destinationId);
  if (opened === null) return err(GONE);
  return opened.unreadable.length > 0 ? err(SEALED) : runTrial(request, opened, deps);
}
