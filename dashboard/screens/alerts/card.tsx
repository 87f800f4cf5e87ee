import { Badge } from "@cloudflare/kumo/components/badge";
import { Button } from "@cloudflare/kumo/components/button";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api } from "../../api/client.ts";
import { alertPath, alertsQuery } from "../../api/operate-queries.ts";
import type { Alert, AlertMessage } from "../../api/operate-types.ts";
import { queryClient } from "../../api/queries.ts";
import { endingWords, messageFate, messageKind, rulePage, ruleWords, standing } from "../../logic/alerts.ts";
import { clip } from "../../logic/entry-text.ts";
import { ConfirmByName } from "../../parts/confirm-by-name.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { useNames } from "../../parts/use-names.ts";
import { useOwner } from "../../parts/use-owner.ts";
import { Verdict } from "../../parts/verdict.tsx";
import { Lasting, Until, When } from "../../parts/when.tsx";

const refresh = () => queryClient.invalidateQueries({ queryKey: alertsQuery.queryKey });

/** One rule: how it stands, whom it tells, and what was told. */
export function AlertCard({ alert, onEdit }: { alert: Alert; onEdit: () => void }): ReactNode {
  const { name, rule, channel, state, messages } = alert;
  const names = useNames();
  const [word, variant] = standing(alert);
  const ending = endingWords(alert);
  return (
    <article className="ring-kumo-hairline bg-kumo-base flex flex-col gap-2 rounded-lg p-4 ring">
      <h2 className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1 font-medium">
        <Badge variant={variant}>{word}</Badge>
        <bdi className="min-w-0 break-words">{clip(name, 80)}</bdi>
        {state !== undefined && (state.status === "firing" || !state.unknown) && (
          <span className="text-kumo-subtle text-sm font-normal">
            for <Lasting at={state.since} />
          </span>
        )}
      </h2>
      <p className={state?.status === "firing" ? "text-kumo-subtle text-sm break-words" : "break-words"}>
        {ruleWords(rule, names)}.
      </p>
      {state !== undefined && (
        <p className={state.status === "firing" ? "break-words" : "text-kumo-subtle text-sm break-words"}>
          {ending !== undefined && state.goodSince !== undefined && (
            <>
              Well again for <Lasting at={state.goodSince} />. {ending}{" "}
            </>
          )}
          {state.sentence} <TextLink href={rulePage(rule)}>Look at it</TextLink>
          <span className="text-kumo-subtle text-sm">
            {" "}
            · looked at <When at={state.checkedAt} />
          </span>
        </p>
      )}
      <p className="text-kumo-subtle text-sm break-words">
        Tells {channel.kind === "slack" ? "Slack" : "the webhook"} at <bdi>{clip(channel.host, 80)}</bdi>
        {channel.kind === "webhook" && (channel.signed ? ", signed" : ", not signed")}.
      </p>
      {messages.length > 0 && (
        <details className="text-sm">
          <summary className="text-kumo-subtle w-fit cursor-pointer">What was told</summary>
          <ul className="mt-2 flex flex-col">
            {messages.map((message) => (
              <Message key={message.id} message={message} />
            ))}
          </ul>
        </details>
      )}
      {useOwner() && <Acts alert={alert} onEdit={onEdit} />}
    </article>
  );
}

const Message = ({ message }: { message: AlertMessage }): ReactNode => (
  <li className="border-kumo-hairline flex flex-col gap-0.5 border-t py-2">
    <span className="flex flex-wrap gap-x-2">
      <span className="font-medium">{messageKind(message)}</span>
      <span className="text-kumo-subtle">
        <When at={message.at} />
      </span>
    </span>
    <span className="break-words">{message.sentence}</span>
    <span className="text-kumo-subtle break-words">
      {messageFate(message)}
      {message.nextAt !== undefined && (
        <>
          {" "}
          Again <Until at={message.nextAt} />.
        </>
      )}
    </span>
  </li>
);

function Acts({ alert, onEdit }: { alert: Alert; onEdit: () => void }): ReactNode {
  const [deleting, setDeleting] = useState(false);
  const path = alertPath(alert.id);
  const test = useMutation({
    mutationFn: () => api<{ message: AlertMessage }>("POST", `${path}/test`, {}).then(({ message }) => message),
    onSettled: refresh,
  });
  const turn = useMutation({ mutationFn: (enabled: boolean) => api("PATCH", path, { enabled }), onSettled: refresh });
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap gap-2">
        <Button size="sm" loading={test.isPending} onClick={() => test.mutate()}>
          Send a test
        </Button>
        <Button size="sm" onClick={onEdit}>
          Edit
        </Button>
        <Button size="sm" loading={turn.isPending} onClick={() => turn.mutate(!alert.enabled)}>
          {alert.enabled ? "Turn off" : "Turn on"}
        </Button>
        <Button size="sm" variant="secondary-destructive" onClick={() => setDeleting(true)}>
          Delete
        </Button>
      </div>
      <div role="status" className="text-sm">
        {test.data !== undefined && (
          <Verdict good={test.data.status === "sent"}>
            {test.data.status === "sent" ? "The test arrived." : "The test did not arrive."}{" "}
            {test.data.attempts.at(-1)?.words}
          </Verdict>
        )}
        {(test.error ?? turn.error) !== null && <Verdict good={false}>{(test.error ?? turn.error)?.message}</Verdict>}
      </div>
      <ConfirmByName
        title="Delete the alert"
        consequence="Nobody is told any more, and what was told is forgotten with it."
        name={alert.name}
        action="Delete"
        open={deleting}
        onOpenChange={setDeleting}
        onConfirm={async () => {
          await api("DELETE", path);
          await refresh();
        }}
      />
    </div>
  );
}
