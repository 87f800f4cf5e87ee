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
export function BudgetForm({ cost: { budgetDollars, projected, soFar } }: { cost: Cost }): ReactNode {
  const owner = useOwner();
  const [malformed, setMalformed] = useState(false);
  const save = useMutation({
    mutationFn: (budget: number | null) => api("PATCH", "/", { budgetDollars: budget }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: costQuery.queryKey }),
  });
  if (!owner) return <p>{budgetDollars === null ? "No budget is set." : `${dollars(budgetDollars)} a month.`}</p>;
  return (
    <DraftForm
      saved={{ text: budgetText(budgetDollars) }}
      fields={["budgetDollars"]}
      normalise={(typed) => {
        const budget = readBudget(typed.text);
        return budget === undefined ? typed : { text: budgetText(budget) };
      }}
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
              : `The saved budget of ${dollars(budgetDollars)}: ${prospect(budgetDollars, projected, soFar)}`
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

const budgetText = (budget: number | null): string => (budget === null ? "" : String(budget));

function prospect(budget: number, projected: number | null, soFar: number): string {
  if (soFar > budget) return `what is used so far, ${dollars(soFar)}, is more.`;
  if (projected === null) return "too early to say whether this month stays below it.";
  return `the projection of ${dollars(projected)} ${projected > budget ? "passes it" : "stays below it"}.`;
}
