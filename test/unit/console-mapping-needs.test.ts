import { expect, it } from "vitest";
import type { ActionField, ActionKind } from "../../dashboard/api/types.ts";
import { draftOf } from "../../dashboard/logic/field-draft.ts";
import { firstDraft } from "../../dashboard/logic/field-kinds.ts";
import { bodyOf, missingIn, payloadProblem, strayField } from "../../dashboard/logic/mapping-draft.ts";

const field = (id: string, more: Partial<ActionField> = {}): ActionField => ({ ...strayField(id), ...more });
const url = field("url", { label: "Webhook URL", required: true });
const action: ActionKind = {
  id: "post",
  slug: "post",
  name: "Post",
  description: "",
  platform: "cloud",
  hidden: false,
  defaultTrigger: 'type = "track"',
  batches: false,
  fields: [url, field("note")],
};

it("begins a needed field with an input that can be filled in at once", () => {
  expect(firstDraft(url)).toEqual({ kind: "literal", value: "" });
  expect(firstDraft(field("n", { type: "number" }))).toEqual({ kind: "path", path: "" });
  expect(firstDraft(field("n", { readOnly: true }))).toEqual({ kind: "nothing" });
});

it("counts a needed field with an empty text as missing, and saves no empty text for it", () => {
  const fields = { url: firstDraft(url), note: draftOf("") };
  expect(missingIn(action, fields)).toEqual([url]);
  const draft = { name: "M", actionId: "post", enabled: true, trigger: 'type = "track"', fields };
  expect(bodyOf(draft, action).settings).toEqual({ note: "" });
});

it("names a field without a value as the form does, and leaves other problems as they are", () => {
  const missing = "The root value is missing the required field 'url'.";
  expect(payloadProblem(missing, action.fields)).toBe("Webhook URL is missing.");
  const others = "Url must be a string. The root value is missing the required field 'x'.";
  expect(payloadProblem(others, action.fields)).toBe(others);
});
