import { Banner } from "@cloudflare/kumo/components/banner";
import { Button } from "@cloudflare/kumo/components/button";
import { Input } from "@cloudflare/kumo/components/input";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { api } from "../../api/client.ts";
import { alertPath, alertsQuery } from "../../api/operate-queries.ts";
import type { Alert, AlertDraft } from "../../api/operate-types.ts";
import { destinationsQuery, queryClient, sourcesQuery } from "../../api/queries.ts";
import { CHANNELS, draftOf, formOf, RULE_TYPES, type AlertForm } from "../../logic/alerts.ts";
import { clip } from "../../logic/entry-text.ts";
import { Choice } from "../../parts/choice.tsx";
import { useProblems } from "../../parts/use-problems.ts";

interface AlertEditorProps {
  /** Absent: a new one. */
  readonly alert?: Alert;
  readonly onClose: () => void;
}

const FIELDS = [
  "name",
  "rule.sourceId",
  "rule.destinationId",
  "rule.deviationPercent",
  "rule.belowPercent",
  "rule.minimumEvents",
  "rule.minimumDeliveries",
  "channel.url",
  "channel.sharedSecret",
];

/** What is to be told, and whom. */
export function AlertEditor({ alert, onClose }: AlertEditorProps): ReactNode {
  const [form, setForm] = useState<AlertForm>(() => formOf(alert));
  const set = (change: Partial<AlertForm>): void => setForm((old) => ({ ...old, ...change }));
  const save = useMutation({
    mutationFn: (draft: AlertDraft) =>
      alert === undefined ? api("POST", "/alerts", draft) : api("PATCH", alertPath(alert.id), draft),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: alertsQuery.queryKey });
      onClose();
    },
  });
  const problems = useProblems(save.error, FIELDS, { ...form });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate(draftOf(form));
  };
  return (
    <form
      onSubmit={submit}
      noValidate
      aria-label={alert === undefined ? "New alert" : `Edit ${alert.name}`}
      className="ring-kumo-hairline bg-kumo-base flex flex-col gap-4 rounded-lg p-4 ring sm:p-5"
    >
      <h2 className="text-base font-semibold">{alert === undefined ? "New alert" : "Edit the alert"}</h2>
      <Input
        label="Name"
        placeholder="What it is about, such as Shop is quiet"
        value={form.name}
        maxLength={120}
        error={problems.fields["name"]}
        onChange={(event) => set({ name: event.target.value })}
      />
      <Choice label="When" value={form.type} choices={RULE_TYPES} onChange={(type) => set({ type })} />
      <RuleFields form={form} errors={problems.fields} set={set} />
      <div className="grid items-start gap-4 sm:grid-cols-[10rem_1fr]">
        <Choice label="Tell" value={form.channel} choices={CHANNELS} onChange={(channel) => set({ channel })} />
        <Input
          label={form.channel === "slack" ? "Incoming webhook’s URL" : "URL"}
          type="url"
          autoComplete="off"
          placeholder={alert === undefined ? "https://…" : `${clip(alert.channel.host, 60)}/… (leave empty to keep it)`}
          description={
            form.channel === "slack"
              ? "Of a Slack app of yours: api.slack.com/apps, Incoming Webhooks, Add New Webhook. Sealed, and never shown again."
              : "Gets each message as JSON. Sealed, and never shown again."
          }
          value={form.url}
          error={problems.fields["channel.url"]}
          onChange={(event) => set({ url: event.target.value })}
        />
      </div>
      {form.channel === "webhook" && (
        <Input
          label="Shared secret"
          type="password"
          autoComplete="new-password"
          placeholder={alert?.channel.signed === true ? "Set; leave empty to keep it" : "None"}
          description="Signs each message: X-Signature is the hex HMAC-SHA1 of the body."
          value={form.sharedSecret}
          error={problems.fields["channel.sharedSecret"]}
          onChange={(event) => set({ sharedSecret: event.target.value })}
        />
      )}
      {problems.general.map((message) => (
        <Banner key={message} size="sm" variant="error" description={message} />
      ))}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="primary" loading={save.isPending}>
          {alert === undefined ? "Add the alert" : "Save"}
        </Button>
        <Button type="button" variant="ghost" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

interface RuleFieldsProps {
  readonly form: AlertForm;
  readonly errors: Readonly<Record<string, string>>;
  readonly set: (change: Partial<AlertForm>) => void;
}

function RuleFields({ form, errors, set }: RuleFieldsProps): ReactNode {
  const sources = useQuery(sourcesQuery).data?.sources ?? [];
  const destinations = useQuery(destinationsQuery).data ?? [];
  if (form.type === "health") {
    return (
      <Choice
        label="How bad"
        value={form.severity}
        choices={[
          ["critical", "Critical: events wait or are lost until somebody acts"],
          ["warning", "Critical, or a warning: to be looked at today"],
          ["info", "Anything, notes too"],
        ]}
        onChange={(severity) => set({ severity })}
      />
    );
  }
  const ofSource = form.type === "source_volume";
  return (
    <div className="grid items-start gap-4 sm:grid-cols-3">
      {ofSource ? (
        <Choice
          label="Source"
          value={form.sourceId}
          choices={options("Choose a source", sources)}
          error={errors["rule.sourceId"]}
          onChange={(sourceId) => set({ sourceId })}
        />
      ) : (
        <Choice
          label="Destination"
          value={form.destinationId}
          choices={options("Choose a destination", destinations)}
          error={errors["rule.destinationId"]}
          onChange={(destinationId) => set({ destinationId })}
        />
      )}
      <Input
        label={ofSource ? "Change in %" : "Fewer than %"}
        inputMode="numeric"
        description={ofSource ? "Against the 24 hours before." : "Delivered, of those delivered or given up."}
        value={form.percent}
        error={errors["rule.deviationPercent"] ?? errors["rule.belowPercent"]}
        onChange={(event) => set({ percent: event.target.value })}
      />
      <Input
        label="From how many on"
        inputMode="numeric"
        description={ofSource ? "Events a day." : "Deliveries a day."}
        value={form.minimum}
        error={errors["rule.minimumEvents"] ?? errors["rule.minimumDeliveries"]}
        onChange={(event) => set({ minimum: event.target.value })}
      />
    </div>
  );
}

const options = (
  none: string,
  list: readonly { readonly id: string; readonly name: string }[],
): readonly (readonly [string, string])[] => [["", none], ...list.map(({ id, name }) => [id, clip(name, 60)] as const)];
