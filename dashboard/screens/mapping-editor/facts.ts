import { createContext, type ReactNode, useContext, useMemo } from "react";
import type { ActionField } from "../../api/types.ts";
import { type EventPath, eventPaths } from "../../logic/event-paths.ts";
import { type FieldDraft, WHOLE_EVENT } from "../../logic/field-draft.ts";

export interface FieldRowProps {
  readonly field: ActionField;
  /** The dotted key of the field in the mapping. */
  readonly at: string;
  readonly required: boolean;
  readonly draft: FieldDraft;
  readonly onChange: (draft: FieldDraft) => void;
}

/** Draws a field inside another one: rows hold controls, and controls of objects hold rows. */
export type DrawRow = (props: FieldRowProps) => ReactNode;

/** What every field of the editor may want to know. */
export interface Facts {
  /** The fields of the event that is looked at. */
  readonly paths: readonly EventPath[];
  readonly event: unknown;
  /** What the mapping makes of it at the moment, as far as it is known. */
  readonly payload: object | undefined;
  /** By the dotted key of a field. */
  readonly problems: Readonly<Record<string, string>>;
}

export const EditorFacts = createContext<Facts>({ paths: [], event: undefined, payload: undefined, problems: {} });
export const useFacts = (): Facts => useContext(EditorFacts);

/** The facts of one event. `problems` may be made anew each time: what they say is what counts. */
export function useMakeFacts(event: unknown, payload: unknown, problems: Facts["problems"]): Facts {
  const said = JSON.stringify(problems);
  return useMemo(
    () => ({
      event,
      paths: [{ path: WHOLE_EVENT, sample: "all of it" }, ...eventPaths(event)],
      payload: typeof payload === "object" && payload !== null ? payload : undefined,
      problems: JSON.parse(said) as Facts["problems"],
    }),
    [event, payload, said],
  );
}
