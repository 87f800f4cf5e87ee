import type { Capture } from "../capture.ts";
import { settle, type DifferentialCase, type Event, type Observation, type Verdict } from "../case.ts";
import { currentRun, Run as CurrentRun } from "./current-run.ts";
import { pauseOf, verdictOfError, verdictOfResults, verdictsOfBatch, type PauseFor } from "./expect.ts";
import { groupsOf } from "./groups.ts";
import type { Upstream, UpstreamDestination } from "./upstream.ts";

/** A call that has not ended after this (ms) is one that would run into the end of the consumer's time. */
const CALL_LIMIT_MS = 20_000;

type Settings = Record<string, unknown>;

function upstreamSettings({ given: origin, destination, savedTokens: renewed }: Run): Settings {
  const given = copy(origin);
  // Refreshed tokens are what the host would give to the next call.
  const settings: Settings = { ...given.settings, ...Object.assign({}, ...renewed) };
  const take = (key: string): unknown => {
    const value = settings[key];
    Reflect.deleteProperty(settings, key);
    return value;
  };
  const oauth = {
    access_token: take("oauth_access_token"),
    refresh_token: take("oauth_refresh_token"),
    clientId: take("oauth_client_id"),
    clientSecret: take("oauth_client_secret"),
    refresh_token_url: take("oauth_refresh_token_url"),
  };
  if (destination.authentication?.scheme.startsWith("oauth") === true) settings["oauth"] = oauth;
  return settings;
}

interface Run {
  readonly given: DifferentialCase;
  readonly upstream: Upstream;
  readonly destination: UpstreamDestination;
  readonly pauseFor: PauseFor;
  readonly notes: string[];
  readonly savedTokens: Record<string, string>[];
}

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

function inTime<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = Object.assign(new Error("the call did not end"), { code: "ETIMEDOUT" });
    const timer = setTimeout(() => reject(late), CALL_LIMIT_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

async function call(run: Run, events: readonly Event[], batch: boolean): Promise<readonly Verdict[]> {
  const { given, destination, pauseFor, notes, savedTokens } = run;
  const subscription = { subscribe: given.trigger, partnerAction: given.action, mapping: copy(given.mapping) };
  const settings = { ...upstreamSettings(run), subscription };
  const options = {
    onTokenRefresh: ({ accessToken, refreshToken }: { accessToken: string; refreshToken?: string }) =>
      savedTokens.push({
        oauth_access_token: accessToken,
        ...(refreshToken === undefined ? {} : { oauth_refresh_token: refreshToken }),
      }),
  };
  try {
    if (batch) {
      const results = await inTime(destination.onBatch(copy(events), settings, options));
      return verdictsOfBatch(results, events.length, pauseFor);
    }
    return [verdictOfResults(await inTime(destination.onEvent(copy(events[0]), settings, options)), pauseFor)];
  } catch (error) {
    notes.push(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    return events.map(() => verdictOfError(error, pauseFor));
  }
}

function settingsAreValid(run: Run): boolean {
  const { destination, notes } = run;
  try {
    destination.validateSettings(upstreamSettings(run));
    return true;
  } catch (error) {
    notes.push(error instanceof Error ? error.message : String(error));
    return false;
  }
}

let runs = 0;

/** The case through upstream's own engine: trigger, groups, one call per group. */
export function observe(given: DifferentialCase, upstream: Upstream, capture: Capture): Promise<Observation> {
  const run = new CurrentRun(String(++runs));
  capture.begin(given.answer, run.name);
  return currentRun.run(run, async () => {
    const seen = await observeRun(given, upstream, capture);
    return { ...seen, overlapping: run.overlapping };
  });
}

async function observeRun(
  given: DifferentialCase,
  upstream: Upstream,
  capture: Capture,
): Promise<Omit<Observation, "overlapping">> {
  const destination = upstream.fresh(given.destination);
  const pauseFor: PauseFor = (status) => pauseOf(capture.retryAfterOf(status));
  const run: Run = { given, upstream, destination, pauseFor, notes: [], savedTokens: [] };
  const verdicts: Verdict[] = given.events.map(() => ({ status: "unmatched" }));
  const parsed = upstream.parseFql(given.trigger);
  const fires = (event: Event): boolean => parsed.error === undefined && upstream.validate(parsed, copy(event));
  const matched = given.events.flatMap((event, index) => (fires(event) ? [index] : []));
  if (!settingsAreValid(run)) {
    for (const index of matched) verdicts[index] = { status: "abandoned", reason: "INVALID_SETTINGS" };
  } else {
    for (const group of groupsOf(given, matched, upstream)) {
      const events = group.indices.map((index) => given.events[index] ?? {});
      const results = await call(run, events, group.batch);
      for (const [at, index] of group.indices.entries())
        verdicts[index] = results[at] ?? { status: "retry", reason: "INTERNAL" };
    }
  }
  await settle(given, verdicts);
  return { requests: capture.end(), verdicts, savedTokens: run.savedTokens, notes: run.notes };
}
