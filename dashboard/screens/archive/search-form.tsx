import { Button } from "@cloudflare/kumo/components/button";
import { Input } from "@cloudflare/kumo/components/input";
import { MagnifyingGlassIcon } from "@phosphor-icons/react";
import { type FormEvent, type ReactNode, type RefObject, useId, useState } from "react";
import type { ArchivedDay } from "../../api/replay-types.ts";
import { addressOf, foldedCount, type Order, type Question } from "../../logic/archive-question.ts";
import { REPLAY_RANGES, type ReplayRangeId } from "../../logic/replay-range.ts";
import { plural } from "../../logic/times.ts";
import { Choice } from "../../parts/choice.tsx";
import { TextArea } from "../../parts/text-area.tsx";
import { Unfold } from "../../parts/unfold.tsx";
import { EventFields } from "../replays/event-fields.tsx";

/** As the control plane bounds them (core/archive-search, SEARCH). */
const MOST_CHARS = 500;

const RANGES = REPLAY_RANGES.map(({ id, label }): readonly [ReplayRangeId, string] => [id, label]);
const ORDERS: readonly (readonly [Order, string])[] = [
  ["desc", "Newest first"],
  ["asc", "Oldest first"],
];

interface SearchFormProps {
  /** What the address says. */
  readonly asked: Question;
  readonly days: readonly ArchivedDay[];
  readonly problems: Readonly<Record<string, string>>;
  readonly searchBox: RefObject<HTMLInputElement | null>;
  readonly running: boolean;
  readonly onAsk: (question: Question) => void;
}

/** What is searched for. Choices are searched at once, what is typed with Enter. */
export function SearchForm({ asked, days, problems, searchBox, running, onAsk }: SearchFormProps): ReactNode {
  const [draft, setDraft] = useState(asked);
  const [typed, setTyped] = useState("");
  const address = JSON.stringify(addressOf(asked));
  const [shown, setShown] = useState(address);
  if (shown !== address) {
    // Searched for, or the address changed by other means: a link, the way back.
    setShown(address);
    setDraft(asked);
    setTyped("");
  }
  const change = (next: Partial<Question>): void => setDraft((old) => ({ ...old, ...next }));
  const choose = (next: Partial<Question>): void => onAsk({ ...draft, ...next });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const name = typed.trim();
    onAsk(name === "" || draft.events.includes(name) ? draft : { ...draft, events: [...draft.events, name] });
  };
  return (
    <form role="search" onSubmit={submit} className="flex flex-col gap-3" noValidate>
      <div className="grid grid-cols-2 items-end gap-3 lg:grid-cols-[minmax(0,1fr)_11rem_9rem_auto]">
        <div className="col-span-2 min-w-0 lg:col-span-1">
          <Input
            ref={searchBox}
            type="search"
            label="Text anywhere in the event"
            placeholder="A name, an id, a value…  /"
            className="w-full min-w-0"
            maxLength={MOST_CHARS}
            value={draft.text}
            error={problems["text"]}
            onChange={(event) => change({ text: event.target.value })}
          />
        </div>
        <Choice
          label="Received"
          value={draft.range}
          choices={RANGES}
          // Own times are still to be chosen.
          onChange={(range) => (range === "own" ? change({ range }) : choose({ range }))}
        />
        <Choice label="Order" value={draft.order} choices={ORDERS} onChange={(order) => choose({ order })} />
        {draft.range === "own" && (
          <div className="col-span-2 grid gap-3 sm:max-w-xl sm:grid-cols-2 lg:order-last lg:col-span-4">
            <Input
              type="datetime-local"
              label="From (UTC)"
              value={draft.from}
              error={problems["startTime"]}
              onChange={(event) => change({ from: event.target.value })}
            />
            <Input
              type="datetime-local"
              label="Until (UTC), not included"
              value={draft.to}
              error={problems["endTime"]}
              onChange={(event) => change({ to: event.target.value })}
            />
          </div>
        )}
        <Button
          type="submit"
          variant="primary"
          className="col-span-2 justify-self-start lg:col-span-1"
          icon={<MagnifyingGlassIcon aria-hidden />}
        >
          {running ? "Search again" : "Search"}
        </Button>
      </div>
      <Conditions
        asked={asked}
        draft={draft}
        days={days}
        problems={problems}
        typed={typed}
        onType={setTyped}
        onChange={change}
      />
    </form>
  );
}

interface ConditionsProps extends Pick<SearchFormProps, "asked" | "days" | "problems"> {
  readonly draft: Question;
  readonly typed: string;
  readonly onType: (name: string) => void;
  readonly onChange: (next: Partial<Question>) => void;
}

/** What most searches do without, folded away until it is used. */
function Conditions({ asked, draft, days, problems, typed, onType, onChange }: ConditionsProps): ReactNode {
  const inside = useId();
  const [opened, setOpened] = useState(foldedCount(asked) > 0);
  const open = opened || problems["filter"] !== undefined;
  const set = foldedCount(draft);
  return (
    <div>
      <Unfold open={open} controls={inside} className="text-kumo-link py-1" onToggle={() => setOpened(!open)}>
        Types, names, user, condition{set > 0 && !open && ` (${plural(set, "condition")} set)`}
      </Unfold>
      {open && (
        <div
          id={inside}
          className="ring-kumo-hairline bg-kumo-base mt-2 grid gap-x-8 gap-y-5 rounded-lg p-4 ring lg:grid-cols-2"
        >
          <div className="flex min-w-0 flex-col gap-5">
            <EventFields
              draft={draft}
              days={days}
              error={problems["events"]}
              typed={typed}
              onType={onType}
              onChange={onChange}
            />
          </div>
          <div className="flex min-w-0 flex-col gap-5">
            <Input
              label="User id"
              placeholder="Exactly this one"
              className="w-full"
              spellCheck={false}
              autoComplete="off"
              maxLength={MOST_CHARS}
              value={draft.userId}
              error={problems["userId"]}
              onChange={(event) => onChange({ userId: event.target.value })}
            />
            <div>
              <p className="mb-2 font-medium">Condition (FQL)</p>
              <TextArea
                label="Condition as FQL"
                rows={3}
                help='Such as: properties.total > 100, or contains(context.page.url, "/checkout")'
                value={draft.filter}
                error={problems["filter"]}
                onChange={(filter) => onChange({ filter })}
              />
            </div>
          </div>
        </div>
      )}
    </div>
  );
}
