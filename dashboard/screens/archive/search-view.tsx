import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import { archivedDaysQuery } from "../../api/replay-queries.ts";
import { addressOf, isNarrowed, type Question, questionOf } from "../../logic/archive-question.ts";
import { problemsOf } from "../../parts/form-problems.ts";
import { useListKeys } from "../../parts/use-list-keys.ts";
import type { ArchivePart } from "../archive.tsx";
import { Results } from "./results.tsx";
import { RunBar } from "./run-bar.tsx";
import { SearchForm } from "./search-form.tsx";
import { useArchiveSearch } from "./use-archive-search.ts";

/** Problems of these are shown at their fields; all others with the search. */
const FIELDS = ["filter", "text", "userId", "events", "startTime", "endTime"];

/** Finds events of any age: what is asked for stands in the address, what is found comes as it is found. */
export default function SearchView({ sourceId, facts, search, onChange }: ArchivePart): ReactNode {
  const searchBox = useRef<HTMLInputElement>(null);
  const [question, askAgain] = useQuestion(search);
  const { run, windowProblem, stop, goOn } = useArchiveSearch(sourceId, question);
  const days = useQuery(archivedDaysQuery(sourceId));
  const { fields, general } = problemsOf(run?.error ?? null, FIELDS);
  const ask = (next: Question): void => {
    const address = addressOf(next);
    if (JSON.stringify(address) === JSON.stringify(addressOf(question))) askAgain();
    else onChange({ ...address, entry: "" }, "push");
  };
  const keys = useMemo(() => run?.hits.map(({ key }) => key) ?? [], [run?.hits]);
  const select = useCallback((key: string | undefined) => onChange({ entry: key ?? "" }), [onChange]);
  useListKeys({ rows: keys, selected: search.entry, select, searchBox });
  return (
    <div className="flex flex-col gap-4">
      <SearchForm
        asked={question}
        days={days.data ?? []}
        problems={windowProblem === undefined ? fields : { ...fields, endTime: windowProblem }}
        searchBox={searchBox}
        running={run?.status === "running"}
        onAsk={ask}
      />
      {run !== undefined && (
        <>
          <RunBar
            sourceId={sourceId}
            run={run}
            facts={facts}
            days={days.data}
            problems={general}
            refused={Object.keys(fields).length > 0}
            onStop={stop}
            onGoOn={goOn}
          />
          <Results
            sourceId={sourceId}
            run={run}
            narrowed={isNarrowed(question)}
            range={question.range}
            selected={search.entry}
            view={search.show}
            onSelect={select}
            onViewChange={(show) => onChange({ show: show ?? "" })}
            onGoOn={goOn}
            onClear={() => ask({ ...question, text: "", userId: "", types: [], events: [], filter: "" })}
            onWiden={() => ask({ ...question, range: "all" })}
          />
        </>
      )}
    </div>
  );
}

/** The question in the address: another object only when it is another question, or is asked again. */
function useQuestion(search: ArchivePart["search"]): [question: Question, askAgain: () => void] {
  const { q, user, types, events, filter, range, from, to, order } = search;
  const [opened] = useState(() => Date.now());
  const [again, setAgain] = useState(0);
  const question = useMemo(
    () => ({ ...questionOf({ q, user, types, events, filter, range, from, to, order }, opened), again }),
    [q, user, types, events, filter, range, from, to, order, opened, again],
  );
  return [question, () => setAgain((n) => n + 1)];
}
