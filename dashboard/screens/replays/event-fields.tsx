import { Button } from "@cloudflare/kumo/components/button";
import { Input } from "@cloudflare/kumo/components/input";
import { XIcon } from "@phosphor-icons/react";
import { type KeyboardEvent, type ReactNode, useId } from "react";
import type { ArchivedDay } from "../../api/replay-types.ts";
import { clip } from "../../logic/entry-text.ts";
import { type ReplayDraft, takesNames, TYPES } from "../../logic/replay-draft.ts";
import { namesIn } from "../../logic/replay-range.ts";
import { count } from "../../logic/times.ts";

/** Names offered at a glance; the field knows more. */
const OFFERED = 8;
const SUGGESTED = 200;

type KindChoice = Pick<ReplayDraft, "types" | "events">;

interface EventFieldsProps {
  readonly draft: KindChoice;
  readonly days: readonly ArchivedDay[];
  readonly error: string | undefined;
  /** A name that is not among the chosen ones yet. */
  readonly typed: string;
  readonly onType: (name: string) => void;
  readonly onChange: (next: Partial<KindChoice>) => void;
}

/** Which calls, and which names of track calls. */
export function EventFields({ draft: { types, events }, onChange, ...names }: EventFieldsProps): ReactNode {
  const toggle = (type: string): void =>
    onChange({ types: TYPES.filter((each) => (each === type ? !types.includes(each) : types.includes(each))) });
  return (
    <>
      <fieldset className="min-w-0">
        <legend className="mb-2 font-medium">Types</legend>
        <div className="flex flex-wrap gap-2">
          <Chip on={types.length === 0} onClick={() => onChange({ types: [] })}>
            All types
          </Chip>
          {TYPES.map((type) => (
            <Chip key={type} on={types.includes(type)} onClick={() => toggle(type)}>
              {type}
            </Chip>
          ))}
        </div>
      </fieldset>
      {takesNames(types) && (
        <Names
          {...names}
          events={events}
          onlyTrack={types.length === 0 && events.length > 0}
          onChange={(next) => onChange({ events: next })}
        />
      )}
    </>
  );
}

interface ChipProps {
  readonly on: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

const Chip = ({ on, onClick, children }: ChipProps): ReactNode => (
  <button
    type="button"
    aria-pressed={on}
    onClick={onClick}
    className="ring-kumo-line bg-kumo-base text-kumo-subtle hover:text-kumo-default aria-pressed:bg-kumo-tint aria-pressed:text-kumo-default aria-pressed:ring-kumo-brand h-8 max-w-full min-w-0 cursor-pointer truncate rounded-md px-3 text-sm ring aria-pressed:font-medium"
  >
    {children}
  </button>
);

interface NamesProps extends Pick<EventFieldsProps, "days" | "error" | "typed" | "onType"> {
  readonly events: readonly string[];
  /** Other calls are left out because names were given. */
  readonly onlyTrack: boolean;
  readonly onChange: (events: readonly string[]) => void;
}

function Names({ events, onlyTrack, days, error, typed, onType, onChange }: NamesProps): ReactNode {
  const suggestions = useId();
  const known = namesIn(days);
  const add = (name: string): void => {
    if (name.trim() === "") return;
    if (!events.includes(name)) onChange([...events, name]);
    onType("");
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // Enter would ask for the replay while a name is still being typed.
    if (event.key !== "Enter" || typed === "") return;
    event.preventDefault();
    add(typed);
  };
  const offered = known.filter(({ name }) => !events.includes(name)).slice(0, OFFERED);
  return (
    <fieldset className="flex min-w-0 flex-col gap-3">
      <legend className="mb-2 font-medium">Names of track calls</legend>
      {events.length > 0 && (
        <ul aria-label="Chosen names" className="flex flex-wrap gap-2">
          {events.map((name) => (
            <li key={name} className="bg-kumo-tint flex max-w-full min-w-0 items-center rounded-md pl-3 text-sm">
              <bdi className="min-w-0 truncate py-1.5" title={clip(name, 500)}>
                {clip(name, 120)}
              </bdi>
              <button
                type="button"
                aria-label={`Remove ${clip(name, 60)}`}
                className="hover:text-kumo-danger cursor-pointer rounded-md p-2"
                onClick={() => onChange(events.filter((each) => each !== name))}
              >
                <XIcon aria-hidden size={12} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <Input
            aria-label="Name of a track call"
            placeholder={events.length === 0 ? "All names; such as Order Completed" : "Another name"}
            className="w-full"
            list={suggestions}
            spellCheck={false}
            maxLength={500}
            value={typed}
            aria-invalid={error !== undefined}
            variant={error === undefined ? "default" : "error"}
            onChange={(event) => onType(event.target.value)}
            onKeyDown={onKeyDown}
          />
          <datalist id={suggestions}>
            {known.slice(0, SUGGESTED).map(({ name, count: n }) => (
              <option key={name} value={name}>
                {clip(name, 80)} ({count(n)})
              </option>
            ))}
          </datalist>
        </div>
        <Button type="button" disabled={typed.trim() === ""} onClick={() => add(typed)}>
          Add
        </Button>
      </div>
      {error !== undefined && (
        <p role="alert" className="text-kumo-danger -mt-1 text-sm">
          {error}
        </p>
      )}
      {offered.length > 0 && (
        <div className="flex flex-wrap items-center gap-2">
          <span className="text-kumo-subtle text-sm">Often received:</span>
          {offered.map(({ name }) => (
            <Chip key={name} on={false} onClick={() => add(name)}>
              <bdi>{clip(name, 60)}</bdi>
            </Chip>
          ))}
        </div>
      )}
      {onlyTrack && (
        <p role="status" className="text-kumo-subtle text-sm">
          Only track calls of {events.length === 1 ? "this name" : "these names"}: no identify, page, screen, group or
          alias calls. For some of those too, choose their types above.
        </p>
      )}
    </fieldset>
  );
}
