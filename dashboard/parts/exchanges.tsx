import { Badge } from "@cloudflare/kumo/components/badge";
import type { ReactNode } from "react";
import type { TrialExchange } from "../api/types.ts";
import { readableJson } from "../logic/json-text.ts";
import { CodeView } from "./code-view.tsx";

/** Requests and what came back, or would be sent; secrets are masked by the collector. */
export function Exchanges({ exchanges }: { exchanges: readonly TrialExchange[] }): ReactNode {
  // They have no identity but their order, which does not change.
  const placed = exchanges.map((exchange, at) => ({ exchange, place: `${at + 1} of ${exchanges.length}` }));
  return (
    <ol className="flex flex-col gap-5">
      {placed.map(({ exchange, place }) => (
        <li key={place} className="flex min-w-0 flex-col gap-2">
          <RequestLine exchange={exchange} place={exchanges.length > 1 ? place : ""} />
          <Headers label="Request headers" headers={exchange.request.headers} />
          {exchange.request.body !== "" && <Body label="Request body" text={exchange.request.body} />}
          {exchange.response !== undefined && (
            <>
              <Headers label="Response headers" headers={exchange.response.headers} />
              {exchange.response.body !== "" && <Body label="Response body" text={exchange.response.body} />}
            </>
          )}
        </li>
      ))}
    </ol>
  );
}

function RequestLine({ exchange, place }: { exchange: TrialExchange; place: string }): ReactNode {
  const { request, response, error } = exchange;
  return (
    <div className="flex flex-wrap items-baseline gap-x-2 gap-y-1">
      <code className="min-w-0 font-mono text-sm break-all">
        <strong>{request.method}</strong> {request.url}
      </code>
      {response !== undefined && (
        <Badge variant={response.status < 400 ? "success" : "error"}>answered {response.status}</Badge>
      )}
      {error !== undefined && <span className="text-kumo-danger text-sm break-words">{error}</span>}
      {place !== "" && <span className="text-kumo-subtle text-sm">{place}</span>}
    </div>
  );
}

const Headers = ({ label, headers }: { label: string; headers: Readonly<Record<string, string>> }): ReactNode => {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  if (lines.length === 0) return null;
  return (
    <details>
      <summary className="text-kumo-subtle w-fit cursor-pointer text-sm">
        {label} ({lines.length})
      </summary>
      <div className="mt-2">
        <CodeView wrap label={label} code={lines.join("\n")} />
      </div>
    </details>
  );
};

const Body = ({ label, text }: { label: string; text: string }): ReactNode => {
  const { text: readable, isJson } = readableJson(text);
  return <CodeView wrap={!isJson} label={label} code={readable} preview={3000} />;
};
