import { Banner } from "@cloudflare/kumo/components/banner";
import { Button } from "@cloudflare/kumo/components/button";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { api } from "../../api/client.ts";
import type { Source } from "../../api/types.ts";
import { connectionPath, refreshWarehouse, warehousesQuery } from "../../api/warehouse-queries.ts";
import type { Warehouse, WarehouseKind } from "../../api/warehouse-types.ts";
import { freeName } from "../../logic/catalogue.ts";
import { ownSources } from "../../logic/overview.ts";
import { warehouseFields } from "../../logic/warehouses.ts";
import { useProblems } from "../../parts/use-problems.ts";
import { NameInput } from "../../parts/name-input.tsx";
import { Section } from "../../parts/page.tsx";
import { SettingFields } from "../../parts/setting-fields.tsx";
import { SourceChecks } from "../../parts/source-checks.tsx";
import { useFirstProblem } from "../../parts/use-first-problem.ts";
import { given, useSettings } from "../../parts/use-settings.ts";
import { TestConnection } from "./test-connection.tsx";

interface SetupFormProps {
  readonly kind: WarehouseKind;
  readonly sources: readonly Source[];
}

interface NewWarehouse {
  readonly name: string;
  readonly settings: object;
  readonly sourceIds: readonly string[];
}

/** Makes a warehouse, connects the chosen sources, and goes to where its loading shows. */
function useCreate(kind: WarehouseKind) {
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async ({ name, settings, sourceIds }: NewWarehouse) => {
      const body = { metadataId: kind.id, name, settings };
      const { warehouse } = await api<{ warehouse: Warehouse }>("POST", "/warehouses", body);
      // It exists from here on: its own page shows which sources are connected, and connects the others.
      await Promise.allSettled(sourceIds.map((id) => api("POST", connectionPath(warehouse.id, id), {})));
      return warehouse;
    },
    onSuccess: async ({ id }) => {
      await refreshWarehouse(id);
      await navigate({ to: "/warehouses/$warehouseId", params: { warehouseId: id } });
    },
  });
}

/** The only source there is; a choice between several is the user's. */
function likelySources(sources: readonly Source[]): readonly string[] {
  const own = ownSources(sources);
  const likely = own.length > 0 ? own : sources;
  return likely.length === 1 ? [likely[0]!.id] : [];
}

/** Everything a first load needs, on one page. */
export default function SetupForm({ kind, sources }: SetupFormProps): ReactNode {
  const navigate = useNavigate();
  const taken = useQuery(warehousesQuery).data ?? [];
  const [typed, setTyped] = useState<string>();
  const name =
    typed ??
    freeName(
      kind.name,
      taken.map((one) => one.name),
    );
  const [sourceIds, setSourceIds] = useState(() => likelySources(sources));
  const fields = warehouseFields(kind);
  const settings = useSettings(fields);
  const [testProblem, setTestProblem] = useState<Error | null>(null);
  const [tried, setTried] = useState(false);
  const create = useCreate(kind);
  const unsourced = tried && sourceIds.length === 0 ? "Choose at least one." : undefined;
  const problems = useProblems(create.error ?? testProblem, ["name", ...fields.map((field) => field.name)], {
    name,
    ...settings.texts,
    ...settings.secrets,
  });
  const form = useFirstProblem([Object.values(problems.fields), Object.values(settings.malformed), unsourced ?? []]);
  const read = (): Record<string, unknown> | undefined => {
    const values = settings.read();
    return values === undefined ? undefined : given(values);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTestProblem(null);
    setTried(true);
    const values = read();
    if (values !== undefined && sourceIds.length > 0) create.mutate({ name, settings: values, sourceIds });
  };
  return (
    <form ref={form} onSubmit={submit} noValidate className="flex flex-col">
      <Section title="Connection" help="Give it a user of its own, with these rights only.">
        <div className="flex flex-col gap-5">
          <NameInput value={name} error={problems.fields["name"]} onChange={setTyped} />
          <SettingFields fields={fields} draft={settings} errors={problems.fields} />
          <TestConnection
            path="/warehouses/validation"
            body={{ metadataId: kind.id }}
            name={kind.name}
            read={read}
            onProblem={setTestProblem}
          />
        </div>
      </Section>
      <Section title="Sources" help="Their tables are loaded from the first published hour on.">
        <SourceChecks sources={sources} chosen={sourceIds} error={unsourced} onChange={setSourceIds} />
      </Section>
      <div className="border-kumo-hairline flex flex-col gap-3 border-t pt-5 lg:pl-76">
        {problems.general.map((message) => (
          <Banner key={message} size="sm" variant="error" description={message} />
        ))}
        <div className="flex flex-wrap gap-2">
          <Button type="submit" variant="primary" loading={create.isPending}>
            Add the warehouse
          </Button>
          <Button type="button" variant="ghost" onClick={() => void navigate({ to: "/warehouses" })}>
            Cancel
          </Button>
        </div>
      </div>
    </form>
  );
}
