import { Checkbox } from "@cloudflare/kumo/components/checkbox";
import type { ReactNode } from "react";
import type { Source } from "../api/types.ts";
import { clip } from "../logic/entry-text.ts";
import { EnvironmentBadge, KINDS } from "./labels.tsx";
import { TextLink } from "./text-link.tsx";

interface SourceChecksProps {
  readonly sources: readonly Source[];
  readonly chosen: readonly string[];
  readonly error: string | undefined;
  readonly onChange: (chosen: readonly string[]) => void;
}

/** One or more sources; they keep the order in which they are listed. */
export function SourceChecks({ sources, chosen, error, onChange }: SourceChecksProps): ReactNode {
  if (sources.length === 0) {
    return (
      <p>
        There is no source yet. <TextLink href="/sources?new=1">Create one</TextLink> first.
      </p>
    );
  }
  const toggle = (id: string, on: boolean): void =>
    onChange(sources.map((source) => source.id).filter((each) => (each === id ? on : chosen.includes(each))));
  return (
    <fieldset>
      <legend className="sr-only">Sources</legend>
      <div className="flex max-h-72 flex-col gap-2.5 overflow-y-auto p-0.5">
        {sources.map((source) => (
          <div key={source.id} className="flex min-w-0 items-center gap-2">
            <Checkbox
              label={clip(source.name, 80)}
              checked={chosen.includes(source.id)}
              onCheckedChange={(on) => toggle(source.id, on)}
            />
            <span className="text-kumo-subtle shrink-0 text-sm">{KINDS[source.kind]}</span>
            <EnvironmentBadge labels={source.labels} />
          </div>
        ))}
      </div>
      {error !== undefined && (
        <p data-complaint tabIndex={-1} role="alert" className="text-kumo-danger mt-2 text-sm">
          {error}
        </p>
      )}
      {chosen.length === 0 && error === undefined && (
        <p className="text-kumo-subtle mt-2 text-sm">Choose at least one.</p>
      )}
    </fieldset>
  );
}
