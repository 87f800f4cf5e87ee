import type { Outcome } from "../../core/delivery.ts";
import { explainReason } from "../../core/reasons.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { TrialReport } from "../../core/trial.ts";
import type {
  Batching,
  Connection,
  ConnectionContext,
  DestinationTools,
  Mapping,
  PerformCall,
} from "../destination.ts";
import { batchingOf } from "./batching.ts";
import { runInCall, type Call } from "./call.ts";
import { sampleOf, showExchange } from "./exchange.ts";
import { failureOf, type AnswerFacts, type Failure } from "./failure.ts";
import type { Instance } from "./instance.ts";
import { mapEvent, preparePayload } from "./payload.ts";
import { failAll, outcomeOfSingle, outcomesOfBatch } from "./results.ts";
import { runAction } from "./run-action.ts";
import { hideSent, type Hide } from "./secrets.ts";

/** Outcomes of one batch that carry a sample: a report keeps no more of one reason. */
const SAMPLES = 10;

const newCall = ({ tools, signal }: Pick<PerformCall, "tools" | "signal">, { settings }: Instance): Call => ({
  tools,
  signal,
  env: settings.env,
  exchanges: [],
});

const factsOf = ({ tools, exchanges }: Call): AnswerFacts => ({ now: tools.now(), exchanges });

const unknownAction = (actionId: string): Failure => ({
  status: "abandoned",
  reason: "INVALID_SETTINGS",
  detail: `there is no action called ${actionId}`,
  who: "user",
});

/** Runs one configured destination through actions-core. */
export function createConnection(instance: Instance, context: ConnectionContext): Connection {
  const { definition } = instance;

  function batching(actionId: string, mapping: Mapping): Batching | undefined {
    const action = definition.actions[actionId];
    if (action === undefined) return undefined;
    return batchingOf(action, mapping, (part, event) => mapEvent(instance, part, event));
  }

  async function attempt(given: PerformCall, call: Call): Promise<readonly Outcome[]> {
    const { actionId, mapping, events, signal } = given;
    const count = events.length;
    const hide = hideSent(instance.hide, call.exchanges);
    if (definition.actions[actionId] === undefined) return failAll(unknownAction(actionId), count, undefined, false);
    try {
      const together = count > 1 || batching(actionId, mapping)?.keyOf(events[0]!) !== undefined;
      const results = await runAction(instance, context, given, together);
      const resultTools = { hide, ...factsOf(call) };
      return together ? outcomesOfBatch(results[0], count, resultTools) : [outcomeOfSingle(results, resultTools)];
    } catch (error) {
      if (call.ourLimit !== undefined) throw call.ourLimit;
      const failure = failureOf(error, { hide, ...factsOf(call), late: signal.aborted });
      return failAll(failure, count, error, call.exchanges.length > 0);
    } finally {
      // actions-core keeps every answer for as long as the destination lives.
      instance.destination.responses.length = 0;
    }
  }

  const performIn = (given: PerformCall, call: Call): Promise<readonly Outcome[]> =>
    runInCall(call, () => attempt(given, call));

  return {
    batching,
    async perform(given) {
      const call = newCall(given, instance);
      const outcomes = await performIn(given, call);
      if (call.ourLimit !== undefined && outcomes.some(({ status }) => status !== "delivered")) throw call.ourLimit;
      return withSamples(outcomes, given, call, hideSent(instance.hide, call.exchanges));
    },
    test: (given) => testAction(instance, given, performIn),
    testAuthentication: (tools, signal) => testAuthentication(instance, tools, signal),
  };
}

/** The exchange that decided is the last one. */
function withSamples(
  outcomes: readonly Outcome[],
  { events }: PerformCall,
  { exchanges }: Call,
  hide: Hide,
): Outcome[] {
  let left = SAMPLES;
  return outcomes.map((outcome, at) => {
    if (outcome.status === "delivered" || left === 0) return outcome;
    left--;
    return { ...outcome, exchange: sampleOf(events[at]!, exchanges.at(-1), hide) };
  });
}

async function testAction(
  instance: Instance,
  given: PerformCall,
  performIn: (given: PerformCall, call: Call) => Promise<readonly Outcome[]>,
): Promise<TrialReport> {
  const { actionId, mapping, signal } = given;
  const events = given.events.slice(0, 1);
  const call = newCall(given, instance);
  const hide = hideSent(instance.hide, call.exchanges);
  if (instance.definition.actions[actionId] === undefined) {
    return { exchanges: [], outcome: unknownAction(actionId) };
  }
  const prepared = await runInCall(call, () => preparePayload(instance, { actionId, mapping, event: events[0]! }));
  if (!prepared.ok) {
    const outcome = failureOf(prepared.error, { hide, ...factsOf(call), late: signal.aborted });
    return { payloadError: outcome.detail ?? "the payload cannot be made", exchanges: [], outcome };
  }
  const payload = prepared.value;
  const [outcome] = await performIn({ ...given, events }, call);
  if (call.ourLimit !== undefined && outcome?.status !== "delivered") throw call.ourLimit;
  const exchanges = call.exchanges.map((exchange) => showExchange(exchange, hide));
  return { payload, exchanges, outcome: outcome! };
}

/** The tools' own code says "Credentials are invalid" also when nobody answered, which says nothing about them. */
function whyNot(error: unknown, { signal, unanswered }: Call): string {
  if (signal.aborted) return "the destination did not answer in time";
  if (unanswered === undefined) return String((error as Error).message);
  return `there was no answer, so nothing is known about the credentials. ${explainReason(unanswered).sentence}`;
}

async function testAuthentication(
  instance: Instance,
  tools: DestinationTools,
  signal: AbortSignal,
): Promise<Result<null, string>> {
  const { destination, settings, tokens } = instance;
  const call = newCall({ tools, signal }, instance);
  try {
    await runInCall(call, () => destination.testAuthentication({ ...settings.fields, oauth: tokens.current }));
    return ok(null);
  } catch (error) {
    if (call.ourLimit !== undefined) throw call.ourLimit;
    return err(hideSent(instance.hide, call.exchanges)(whyNot(error, call)));
  }
}
