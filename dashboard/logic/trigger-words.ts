import { conditionsWords } from "./condition-words.ts";
import { readTrigger } from "./trigger.ts";

/** A trigger as a person would say it; FQL that the builder cannot show stays FQL. */
export function triggerWords(text: string): string {
  if (text.trim() === "") return "No trigger: no event starts it";
  const trigger = readTrigger(text);
  return trigger === undefined ? text.trim().replaceAll(/\s+/g, " ") : conditionsWords(trigger);
}
