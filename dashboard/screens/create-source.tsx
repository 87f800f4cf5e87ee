import { Banner } from "@cloudflare/kumo/components/banner";
import { Button } from "@cloudflare/kumo/components/button";
import { Dialog } from "@cloudflare/kumo/components/dialog";
import { useMutation } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { api } from "../api/client.ts";
import { queryClient, sourcesQuery } from "../api/queries.ts";
import type { Source, SourceKind } from "../api/types.ts";
import { Choice } from "../parts/choice.tsx";
import { KIND_CHOICES } from "../parts/labels.tsx";
import { NameInput } from "../parts/name-input.tsx";
import { useProblems } from "../parts/use-problems.ts";

type Environment = "dev" | "prod" | "";
const ENVIRONMENTS: readonly (readonly [Environment, string])[] = [
  ["dev", "Development"],
  ["prod", "Production"],
  ["", "None"],
];

interface CreateSourceProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** A name, a kind and an environment make a source; its set-up page comes next. */
export default function CreateSource({ open, onOpenChange }: CreateSourceProps): ReactNode {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog className="p-6" size="lg">
        <Dialog.Title className="text-lg font-semibold">Create a source</Dialog.Title>
        <Dialog.Description className="text-kumo-subtle mt-1">
          One per website, server or app, and one per environment, so that tests stay out of real numbers.
        </Dialog.Description>
        <Form onCancel={() => onOpenChange(false)} />
      </Dialog>
    </Dialog.Root>
  );
}

function Form({ onCancel }: { onCancel: () => void }): ReactNode {
  const navigate = useNavigate();
  const router = useRouter();
  const [name, setName] = useState("");
  const [kind, setKind] = useState<SourceKind>("javascript");
  const [environment, setEnvironment] = useState<Environment>("dev");
  const create = useMutation({
    mutationFn: () =>
      api<{ source: Source }>("POST", "/sources", {
        name: name.trim(),
        kind,
        labels: environment === "" ? [] : [{ key: "environment", value: environment }],
      }),
    onSuccess: async ({ source }) => {
      await queryClient.invalidateQueries({ queryKey: sourcesQuery.queryKey });
      const stop = router.subscribe("onRendered", () => {
        stop();
        // What was focused is gone with the dialog; the new page is read from its heading on.
        requestAnimationFrame(() => document.querySelector<HTMLElement>("#content h1")?.focus());
      });
      await navigate({ to: "/sources/$sourceId/setup", params: { sourceId: source.id } });
    },
  });
  const problems = useProblems(create.error, ["name", "kind", "labels"], { name, kind, labels: environment });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form onSubmit={submit} className="mt-5 flex flex-col gap-4">
      {problems.general.map((message) => (
        <Banner key={message} size="sm" variant="error" description={message} />
      ))}
      <NameInput placeholder="Web shop" value={name} error={problems.fields["name"]} onChange={setName} />
      <Choice
        label="Kind"
        description="Decides which set-up instructions come first; any source takes every kind of call."
        value={kind}
        choices={KIND_CHOICES}
        error={problems.fields["kind"]}
        onChange={setKind}
      />
      <Choice
        label="Environment"
        value={environment}
        choices={ENVIRONMENTS}
        error={problems.fields["labels"]}
        onChange={setEnvironment}
      />
      <div className="mt-2 flex justify-end gap-2">
        <Button type="button" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" loading={create.isPending} disabled={name.trim() === ""}>
          Create
        </Button>
      </div>
    </form>
  );
}
