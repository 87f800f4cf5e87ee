import { parseCondition } from "../core/fql/parser.ts";
import { fires } from "./trigger.ts";

const QUOTED = /("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/;

/** What Segment's reader takes beside FQL, and its own catalogue uses: AND, OR and ==. The length stays the same. */
const asFql = (trigger: string): string =>
  trigger
    .split(QUOTED)
    .map((part, index) =>
      index % 2 === 1 ? part : part.replaceAll(/\b(?:AND|OR)\b/g, (word) => word.toLowerCase()).replaceAll("==", " ="),
    )
    .join("");

/**
 * Why a trigger cannot be saved; undefined when it can. Segment's own reader decides what a trigger means, but takes
 * `type = (` for an event of type "("; so it must be FQL as well.
 */
export function checkTrigger(trigger: string): string | undefined {
  const { error } = fires(trigger, {});
  if (error !== undefined) return `The trigger cannot be read: ${error}.`;
  const parsed = parseCondition(asFql(trigger));
  if (parsed.ok) return undefined;
  return `The trigger is no FQL: ${parsed.error.message} (at character ${parsed.error.at + 1}).`;
}
