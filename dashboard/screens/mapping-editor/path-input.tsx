import { Input } from "@cloudflare/kumo/components/input";
import { lazy, type ReactNode, Suspense } from "react";
import { shownPath, storedPath } from "../../logic/field-draft.ts";
import { useFacts } from "./facts.ts";

const PathSuggestions = lazy(() => import("./path-suggestions.tsx"));

interface PathInputProps {
  /** What gets its value from there. */
  readonly label: string;
  /** As it is stored. */
  readonly path: string;
  readonly onChange: (path: string) => void;
}

/** A field of the event: any path may be typed, those of the event at hand are offered. */
export function PathInput({ label, path, onChange }: PathInputProps): ReactNode {
  const { paths } = useFacts();
  const field = {
    label: `${label}: field of the event`,
    paths,
    text: shownPath(path),
    onChange: (text: string) => onChange(storedPath(text.trim())),
  };
  return (
    <div className="relative min-w-0 [&_input]:font-mono [&_input]:text-sm [&_label]:sr-only">
      <Suspense fallback={<Input aria-label={field.label} className="w-full" value={field.text} readOnly />}>
        <PathSuggestions {...field} />
      </Suspense>
    </div>
  );
}
