import { Input } from "@cloudflare/kumo/components/input";
import { type ReactNode, type RefObject, useEffect, useState } from "react";
import { isChosen, toggle } from "../../logic/filters.ts";
import type { DebuggerSearch } from "../debugger.tsx";

const TYPES = ["track", "identify", "page", "screen", "group", "alias"] as const;
/** `blocked` joins when tracking plans can block. */
const STATUSES = ["accepted", "duplicate", "refused"] as const;
const DEBOUNCE_MS = 250;

interface FiltersProps {
  readonly search: DebuggerSearch;
  readonly onChange: (next: Partial<DebuggerSearch>) => void;
  readonly searchBox: RefObject<HTMLInputElement | null>;
}

/** Text, event name, types and statuses; the server does the looking, the URL keeps the question. */
export const Filters = ({ search, onChange, searchBox }: FiltersProps): ReactNode => (
  <div className="flex flex-wrap items-center gap-2 px-4 py-3 sm:px-8">
    <div className="grid w-full grid-cols-[minmax(0,1fr)_minmax(0,9rem)] gap-2 sm:grid-cols-[minmax(0,1fr)_minmax(0,14rem)]">
      <TextFilter
        label="Search the payloads"
        placeholder="Search payloads, ids, reasons  /"
        value={search.q}
        onChange={(q) => onChange({ q })}
        box={searchBox}
      />
      <TextFilter
        label="Event name"
        placeholder="Event name"
        value={search.event}
        onChange={(event) => onChange({ event })}
      />
    </div>
    <div className="flex flex-wrap gap-2 py-1">
      <Chips label="Type" values={TYPES} chosen={search.type} onChange={(type) => onChange({ type })} />
      <span aria-hidden className="bg-kumo-hairline hidden w-px shrink-0 sm:block" />
      <Chips label="Status" values={STATUSES} chosen={search.status} onChange={(status) => onChange({ status })} />
    </div>
  </div>
);

interface ChipsProps {
  readonly label: string;
  readonly values: readonly string[];
  readonly chosen: string | undefined;
  readonly onChange: (chosen: string | undefined) => void;
}

const Chips = ({ label, values, chosen, onChange }: ChipsProps): ReactNode => (
  <div role="group" aria-label={label} className="flex flex-wrap gap-1.5">
    {values.map((value) => (
      <button
        key={value}
        type="button"
        aria-pressed={isChosen(chosen, value)}
        onClick={() => onChange(toggle(chosen, value))}
        className="ring-kumo-line text-kumo-default hover:bg-kumo-tint aria-pressed:bg-kumo-contrast aria-pressed:text-kumo-inverse shrink-0 cursor-pointer rounded-full px-2.5 py-1 text-sm ring"
      >
        {value}
      </button>
    ))}
  </div>
);

interface TextFilterProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
  readonly box?: RefObject<HTMLInputElement | null>;
}

/** Types freely, asks once the typing rests. */
function TextFilter({ label, placeholder, value, onChange, box }: TextFilterProps): ReactNode {
  const [text, setText] = useState(value ?? "");
  const [asked, setAsked] = useState(value);
  if (asked !== value) {
    // The address changed by other means: a link, the back button, "show all".
    setAsked(value);
    setText(value ?? "");
  }
  useEffect(() => {
    if (text === (asked ?? "")) return;
    const timer = setTimeout(() => {
      const next = text === "" ? undefined : text;
      setAsked(next);
      onChange(next);
    }, DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [text, asked, onChange]);
  return (
    <Input
      ref={box}
      type="search"
      aria-label={label}
      placeholder={placeholder}
      className="w-full min-w-0"
      maxLength={200}
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  );
}
