import { Button } from "@cloudflare/kumo/components/button";
import { Loader } from "@cloudflare/kumo/components/loader";
import { PaperPlaneTiltIcon } from "@phosphor-icons/react";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { DebuggerEntry } from "../../../src/core/debugger.ts";
import type { FormId, SetupFacts } from "../../logic/recipes.ts";
import { type TestCall, testCall } from "../../logic/test-call.ts";
import { TextLink } from "../../parts/text-link.tsx";
import { Verdict } from "../../parts/verdict.tsx";
import { useNow, When } from "../../parts/when.tsx";

/** After this long an event that has not been seen gets an explanation instead of a spinner. */
const PATIENCE_MS = 10_000;

interface SendTestProps {
  readonly form: FormId;
  readonly facts: SetupFacts;
  readonly sourceId: string;
  readonly entries: readonly DebuggerEntry[];
}

interface Sent {
  readonly probe: string;
  readonly at: number;
  /** What the collector answered, in words. */
  readonly answer: string;
}

/** Sends one real event by this form, from this page, and watches for it in the live debugger. */
export function SendTest({ form, facts, sourceId, entries }: SendTestProps): ReactNode {
  const send = useMutation({
    mutationFn: async (): Promise<Sent> => {
      const probe = `inlet-test-${crypto.randomUUID()}`;
      const at = Date.now();
      const answer = await make(testCall(form, facts, probe, new Date(at)));
      return { probe, at, answer };
    },
  });
  const { says } = testCall(form, facts, "", new Date(0));
  return (
    <div className="ring-kumo-hairline bg-kumo-base mt-5 flex flex-wrap items-center gap-x-4 gap-y-3 rounded-lg p-4 ring">
      <Button
        variant="primary"
        icon={<PaperPlaneTiltIcon aria-hidden />}
        loading={send.isPending}
        onClick={() => send.mutate()}
      >
        Send a test event
      </Button>
      <div role="status" className="min-w-0 flex-1 basis-60 text-sm">
        {send.isError ? (
          <Verdict good={false}>It could not be sent: {send.error.message}</Verdict>
        ) : send.data === undefined ? (
          <span className="text-kumo-subtle">It makes {says}, and is looked for in the debugger.</span>
        ) : (
          <Arrival
            sent={send.data}
            sourceId={sourceId}
            entry={entries.find((entry) => entry.anonymousId === send.data.probe)}
          />
        )}
      </div>
    </div>
  );
}

function Arrival({
  sent,
  sourceId,
  entry,
}: {
  sent: Sent;
  sourceId: string;
  entry: DebuggerEntry | undefined;
}): ReactNode {
  const now = useNow();
  if (entry !== undefined) {
    const good = entry.status === "accepted";
    return (
      <Verdict good={good}>
        Received <When at={entry.receivedAt} />, {entry.status}
        {entry.sentence === undefined ? "" : `: ${entry.sentence}`} ·{" "}
        <TextLink href={`/sources/${sourceId}/debugger?entry=${entry.seq}`}>open it in the debugger</TextLink>
      </Verdict>
    );
  }
  if (now - sent.at > PATIENCE_MS) {
    return (
      <Verdict good={false}>
        {sent.answer} It has not shown up in the debugger, though. Is the source switched on? A very busy source shows
        only a sample.
      </Verdict>
    );
  }
  return (
    <span className="flex items-center gap-2">
      <Loader size={14} />
      {sent.answer} Waiting for it to arrive…
    </span>
  );
}

async function make(call: TestCall): Promise<string> {
  if (call.how === "image") {
    const image = new Image();
    image.src = call.path;
    await image.decode();
    return "The image loaded.";
  }
  const response = await fetch(call.path, {
    method: call.method,
    headers: call.headers,
    credentials: "omit",
    ...(call.body === undefined ? {} : { body: call.body }),
  });
  return response.ok
    ? `Answered ${response.status}.`
    : `Answered ${response.status}: ${(await response.text()).slice(0, 200)}`;
}
