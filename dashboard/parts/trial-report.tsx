import { Banner } from "@cloudflare/kumo/components/banner";
import type { ReactNode } from "react";
import type { ActionField, TrialAnswer } from "../api/types.ts";
import { payloadProblem } from "../logic/mapping-draft.ts";
import { CodeView } from "./code-view.tsx";
import { Exchanges } from "./exchanges.tsx";
import { Verdict } from "./verdict.tsx";

interface TrialReportProps {
  readonly report: TrialAnswer;
  /** Nothing was sent: the requests are those that would be. */
  readonly dryRun: boolean;
  /** Of the action, where they are known: problems name them as the form does. */
  readonly fields?: readonly ActionField[];
}

/** What one mapping made of one event: trigger, payload, requests, and how it ended. */
export function TrialReport({ report, dryRun, fields }: TrialReportProps): ReactNode {
  const { trigger, payload, payloadError, exchanges } = report;
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <TriggerLine trigger={trigger} />
      {payloadError !== undefined && trigger?.fires !== false && (
        <Banner size="sm" variant="error" description={payloadProblem(payloadError, fields ?? [])} />
      )}
      {payload !== undefined && (
        <Part title="Payload" help="What the mapping made of the event.">
          <CodeView label="Payload" code={JSON.stringify(payload, null, 2)} preview={3000} />
        </Part>
      )}
      {exchanges.length > 0 && (
        <Part
          title={dryRun ? "Would be sent" : "Sent"}
          help={dryRun ? "As far as it can be told without an answer." : undefined}
        >
          <Exchanges exchanges={exchanges} />
        </Part>
      )}
      {exchanges.length === 0 && payload !== undefined && payloadError === undefined && (
        <p className="text-kumo-subtle text-sm">No request comes of it.</p>
      )}
      {!dryRun && <Ending report={report} />}
    </div>
  );
}

function TriggerLine({ trigger }: { trigger: TrialAnswer["trigger"] }): ReactNode {
  if (trigger === undefined) return null;
  if (trigger.error !== undefined) return <Verdict good={false}>The trigger cannot be read: {trigger.error}</Verdict>;
  return trigger.fires ? (
    <Verdict good>The trigger takes this event.</Verdict>
  ) : (
    <Verdict good={false}>The trigger does not take this event, so it would not be sent.</Verdict>
  );
}

function Ending({ report: { outcome, trigger } }: { report: TrialAnswer }): ReactNode {
  if (trigger !== undefined && !trigger.fires) return null;
  if (outcome.status === "delivered") return <Verdict good>Delivered.</Verdict>;
  return (
    <Verdict good={false}>
      {outcome.status === "retry" ? "Failed; a real event would be sent again later" : "Refused for good"}:{" "}
      {outcome.sentence ?? outcome.detail} <code className="font-mono text-sm">{outcome.reason}</code>
      {outcome.sentence !== undefined && outcome.detail !== undefined && (
        <span className="text-kumo-subtle block text-sm break-words">{outcome.detail}</span>
      )}
      {outcome.todo !== undefined && <span className="block text-sm">{outcome.todo}</span>}
    </Verdict>
  );
}

interface PartProps {
  readonly title: string;
  readonly help?: string | undefined;
  readonly children: ReactNode;
}

const Part = ({ title, help, children }: PartProps): ReactNode => (
  <section aria-label={title} className="flex min-w-0 flex-col gap-2">
    <h3 className="flex flex-wrap items-baseline gap-x-2 text-sm font-semibold">
      {title}
      {help !== undefined && <span className="text-kumo-subtle font-normal">{help}</span>}
    </h3>
    {children}
  </section>
);
