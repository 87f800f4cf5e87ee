import { Autocomplete } from "@cloudflare/kumo/components/autocomplete";
import type { ReactNode } from "react";
import type { EventPath } from "../../logic/event-paths.ts";
import { revealHidden } from "../../logic/literal.ts";

/** Suggestions shown at once. */
const MOST = 60;

interface PathSuggestionsProps {
  readonly label: string;
  readonly paths: readonly EventPath[];
  readonly text: string;
  readonly onChange: (text: string) => void;
}

/** A text field that offers the fields of an event, each with its value there. */
export default function PathSuggestions({ label, paths, text, onChange }: PathSuggestionsProps): ReactNode {
  return (
    <Autocomplete
      items={paths}
      value={text}
      onValueChange={onChange}
      itemToStringValue={(item: EventPath) => item.path}
      limit={MOST}
      openOnInputClick
      label={label}
    >
      <Autocomplete.InputGroup className="w-full" placeholder="properties.…" />
      <Autocomplete.Content>
        <Autocomplete.List>
          {(item: EventPath) => (
            <Autocomplete.Item key={item.path} value={item}>
              <span className="flex min-w-0 items-baseline justify-between gap-4">
                <span className="shrink-0 font-mono text-sm">{item.path}</span>
                <span className="text-kumo-subtle truncate text-sm">{revealHidden(item.sample)}</span>
              </span>
            </Autocomplete.Item>
          )}
        </Autocomplete.List>
      </Autocomplete.Content>
    </Autocomplete>
  );
}
