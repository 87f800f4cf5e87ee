import { isCodeFailure, type Outcome } from "../../core/delivery.ts";
import { clip } from "../../core/mask.ts";
import { askedPause, failureOf, failureOfStatus, refusedPayload, type AnswerFacts, type Failure } from "./failure.ts";
import type { Hide } from "./secrets.ts";

/** What actions-core says of one event of a batch (`ResultMultiStatusNode`), read with care: partners' code made it. */
interface Node {
  readonly status?: unknown;
  readonly errortype?: unknown;
  readonly errormessage?: unknown;
  readonly errorreporter?: unknown;
  readonly body?: unknown;
}

export interface ResultTools extends AnswerFacts {
  readonly hide: Hide;
}

const DELIVERED: Outcome = { status: "delivered" };
const DETAIL_LIMIT = 300;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const isSuccess = (status: unknown): boolean => typeof status === "number" && status >= 200 && status < 300;

function wordsOf({ errormessage, body }: Node): string {
  if (typeof errormessage === "string") return errormessage;
  const told = errormessage ?? body;
  if (told === undefined || told === null) return "";
  return typeof told === "string" ? told : (JSON.stringify(told) ?? "");
}

function outcomeOfNode(node: unknown, tools: ResultTools): Outcome {
  if (!isObject(node)) return { status: "retry", reason: "INTERNAL", detail: "the destination's code gave no result" };
  const { status, errortype, errorreporter }: Node = node;
  if (isSuccess(status)) return DELIVERED;
  const detail = clip(tools.hide(wordsOf(node)), DETAIL_LIMIT);
  const refusedHere = errortype === "PAYLOAD_VALIDATION_FAILED" && errorreporter === "INTEGRATIONS";
  if (refusedHere && status === 400) return refusedPayload(detail);
  const number = typeof status === "number" && Number.isInteger(status) && status >= 100 ? status : 500;
  return failureOfStatus(number, detail, askedPause(number, tools));
}

/** As actions-core fills a whole batch with the one answer it got: `status`, `body`, `sent` and nothing else. */
const isOneAnswer = (nodes: readonly unknown[]): boolean =>
  nodes.length > 1 &&
  nodes.every(
    (node) =>
      isObject(node) &&
      !("errormessage" in node) &&
      !("errortype" in node) &&
      node["status"] === (nodes[0] as Node).status &&
      node["body"] === (nodes[0] as Node).body,
  );

/** What became of the events of a batch, in their order. */
export function outcomesOfBatch(result: unknown, count: number, tools: ResultTools): Outcome[] {
  const nodes = isObject(result) && Array.isArray(result["multistatus"]) ? (result["multistatus"] as unknown[]) : [];
  const outcomes = Array.from({ length: count }, (_, at) => outcomeOfNode(nodes[at], tools));
  const sent = nodes.filter((node) => !(isObject(node) && node["errortype"] === "PAYLOAD_VALIDATION_FAILED"));
  if (count < 2 || !isOneAnswer(sent)) return outcomes;
  const { status } = sent[0] as Node;
  return outcomes.map((outcome, at) =>
    outcome.status === "abandoned" && typeof status === "number" && sent.includes(nodes[at])
      ? { ...outcome, batchStatus: status }
      : outcome,
  );
}

/**
 * What became of a single event. actions-core does not throw when the action's code only *returns* that it failed:
 * a MultiStatusResponse whose item failed, or an error given back instead of thrown.
 */
export function outcomeOfSingle(results: unknown, tools: ResultTools): Outcome {
  const last: unknown = Array.isArray(results) ? results.at(-1) : undefined;
  const data = isObject(last) ? last["data"] : undefined;
  if (!isObject(last) || last["output"] !== "Action Executed") {
    const told = isObject(last) && typeof last["output"] === "string" ? last["output"] : "the action was not run";
    return { status: "abandoned", reason: "INVALID_SETTINGS", detail: told, who: "user" };
  }
  if (data instanceof Error) return failureOf(data, { ...tools, late: false });
  if (!isObject(data) || !Array.isArray(data["responses"]) || !("getAllResponses" in data)) return DELIVERED;
  const outcomes = (data["responses"] as unknown[]).map((response) =>
    outcomeOfNode(isObject(response) ? response["data"] : undefined, tools),
  );
  return outcomes.find(({ status }) => status !== "delivered") ?? DELIVERED;
}

/** A failure of the whole call, told of each of its events. `asked`: the destination had been, when it came. */
export function failAll(failure: Failure, count: number, thrown: unknown, asked: boolean): Outcome[] {
  if (count > 1 && !asked && isCodeFailure(failure)) {
    return Array.from({ length: count }, () => ({ ...failure, status: "retry", unsent: true }));
  }
  if (count < 2 || failure.status === "retry") return Array.from({ length: count }, () => failure);
  const batchStatus = failure.reason === "MESSAGE_REJECTED" ? 400 : Number(failure.reason);
  const told = Number.isInteger(batchStatus) && thrown !== undefined ? { ...failure, batchStatus } : failure;
  return Array.from({ length: count }, () => told);
}
