import { type Condition, takesNumber } from "./conditions.ts";
import { conditionsToMeet } from "./trigger.ts";

type Json = Record<string, unknown>;

export const SAMPLE_EVENT_NAME = "Inlet Test Event";

/**
 * A call that a trigger lets through, as far as its conditions can be read, with the fields that mappings ask for
 * most. Nothing in it claims to be real: names say that it is a test. `id` makes it one of its kind.
 */
export function sampleEvent(trigger: string, id: string, now: Date): Json {
  const conditions = conditionsToMeet(trigger);
  const type = conditions.find(({ subject, operator }) => subject === "type" && operator === "=")?.value ?? "track";
  const event: Json = {
    type,
    messageId: id,
    userId: "inlet-test-user",
    anonymousId: "inlet-test-visitor",
    timestamp: now.toISOString(),
    ...payloadOf(type),
    context: { ip: "203.0.113.7", library: { name: "inlet-console", version: "1" }, locale: "en-GB" },
  };
  for (const condition of conditions) satisfy(event, condition);
  return event;
}

const TRAITS = { email: "test@example.com", name: "Inlet Test", firstName: "Inlet", lastName: "Test", plan: "test" };

function payloadOf(type: string): Json {
  switch (type) {
    case "identify":
      return { traits: { ...TRAITS } };
    case "group":
      return { groupId: "inlet-test-group", traits: { name: "Inlet Test Ltd", industry: "testing" } };
    case "page":
    case "screen":
      return { name: "Test", properties: { title: "Test", path: "/test", url: "https://example.com/test" } };
    case "alias":
      return { previousId: "inlet-test-visitor" };
    default:
      return {
        event: SAMPLE_EVENT_NAME,
        properties: { order_id: "test-1", value: 1, revenue: 1, currency: "EUR", email: TRAITS.email },
      };
  }
}

/** Sets what the condition looks at, so that it holds; conditions on absence hold already, or not at all. */
function satisfy(event: Json, { subject, path, operator, value }: Condition): void {
  if (subject === "type" || operator === "!=" || operator.startsWith("not_") || operator === "number_not_equals")
    return;
  const set = takesNumber(operator) ? beside(Number(value), operator) : textFor(operator, value);
  place(event, path === "" ? [subject] : [subject, ...path.split(".")], set);
}

const beside = (limit: number, operator: string): number =>
  operator === "<" ? limit - 1 : operator === ">" ? limit + 1 : limit;

function textFor(operator: string, value: string): unknown {
  if (operator === "is_true" || operator === "is_false") return operator === "is_true";
  return operator === "exists" ? "test" : value;
}

function place(event: Json, keys: readonly string[], value: unknown): void {
  let at = event;
  for (const key of keys.slice(0, -1)) {
    const next = at[key];
    const inner = typeof next === "object" && next !== null ? { ...(next as Json) } : {};
    at[key] = inner;
    at = inner;
  }
  at[keys.at(-1)!] = value;
}
