import { Input } from "@cloudflare/kumo/components/input";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api } from "../../api/client.ts";
import type { Cost } from "../../api/operate-types.ts";
import { costQuery } from "../../api/operate-queries.ts";
import { queryClient } from "../../api/queries.ts";
import { dollars, readBudget } from "../../logic/operate.ts";
import { DraftForm } from "../../parts/draft-form.tsx";
import { useOwner } from "../../parts/use-owner.ts";

/** What the month should stay below. */
export function BudgetForm({ cost: { budgetDollars, projected } }: { cost: Cost }): ReactNode {
  const owner = useOwner();
  const [malformed, setMalformed] = useState(false);
  const save = useMutation({
    mutationFn: (budget: number | null) => api("PATCH", "/", { budgetDollars: budget }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: costQuery.queryKey }),
  });
  if (!owner) return <p>{budgetDollars === null ? "No budget is set." : `${dollars(budgetDollars)} a month.`}</p>;
  return (
    <DraftForm
      saved={{ text: budgetDollars === null ? "" : String(budgetDollars) }}
      fields={["budgetDollars"]}
      save={{
        isPending: save.isPending,
        isSuccess: save.isSuccess,
        error: save.error,
        mutate({ text }) {
          const budget = readBudget(text);
          setMalformed(budget === undefined);
          if (budget !== undefined) save.mutate(budget);
        },
      }}
    >
      {({ value, set }, errors) => (
        <Input
          label="Dollars a month"
          description={
            budgetDollars === null
              ? "Empty: no budget."
              : projected > budgetDollars
                ? `The projection of ${dollars(projected)} passes it.`
                : `The projection of ${dollars(projected)} stays below it.`
          }
          inputMode="decimal"
          placeholder="None"
          value={value.text}
          error={malformed ? "An amount such as 25 or 12.50." : errors["budgetDollars"]}
          onChange={(event) => {
            setMalformed(false);
            set({ text: event.target.value });
          }}
        />
      )}
    </DraftForm>
  );
}
