import type { Exchange } from "../../core/delivery.ts";
import { clip, maskHeader, maskUrl } from "../../core/mask.ts";
import type { TrialExchange } from "../../core/trial.ts";
import type { DeliveredEvent } from "../destination.ts";
import type { RawExchange } from "./call.ts";
import type { Hide } from "./secrets.ts";

/** Characters of each text of a sample. */
const SAMPLE_LIMIT = 2000;

const shownHeaders = (headers: Readonly<Record<string, string>>, hide: Hide): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, hide(maskHeader(name, value))]));

const lines = (headers: Readonly<Record<string, string>>): string[] =>
  Object.entries(headers).map(([name, value]) => `${name}: ${value}`);

/** An exchange as a person may see it. */
export function showExchange(raw: RawExchange, hide: Hide): TrialExchange {
  const { method, url, headers, body, response, error } = raw;
  const request = { method, url: hide(maskUrl(url)), headers: shownHeaders(headers, hide), body: hide(body) };
  return {
    request,
    ...(response === undefined
      ? {}
      : {
          response: {
            status: response.status,
            headers: shownHeaders(response.headers, hide),
            body: hide(response.body),
          },
        }),
    ...(error === undefined ? {} : { error: hide(error) }),
  };
}

/** The same as texts, for the samples of the delivery report. */
export function sampleOf(event: DeliveredEvent, raw: RawExchange | undefined, hide: Hide): Exchange {
  const sent = clip(hide(JSON.stringify(event)), SAMPLE_LIMIT);
  if (raw === undefined) return { sent, request: "(none)", response: "(none)" };
  const { request, response, error } = showExchange(raw, hide);
  const asked = [`${request.method} ${request.url}`, ...lines(request.headers), "", request.body];
  const statusText = raw.response?.statusText ?? "";
  const answered =
    response === undefined
      ? [`(none) ${error ?? ""}`]
      : [`${response.status} ${hide(statusText)}`.trim(), ...lines(response.headers), "", response.body];
  return {
    sent,
    request: clip(asked.join("\n"), SAMPLE_LIMIT),
    response: clip(answered.join("\n"), SAMPLE_LIMIT),
  };
}
