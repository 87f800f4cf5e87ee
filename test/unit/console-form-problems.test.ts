import { describe, expect, it } from "vitest";
import { sortProblems, stillWrong } from "../../dashboard/logic/field-errors.ts";

const REFUSED = sortProblems(
  [
    { type: "x", message: "must not be empty", field: "name" },
    { type: "x", message: "must be given", field: "channel.url" },
    { type: "x", message: "must be a number", field: "rule.deviationPercent" },
    { type: "x", message: "is not allowed now" },
  ],
  ["name", "channel.url", "rule.deviationPercent"],
);
const THEN = { name: "", channel: "slack", url: "", percent: "many" };

describe("a refused form", () => {
  it("has one wording for what was left empty", () => {
    expect(REFUSED.fields).toMatchObject({ name: "Must not be empty", "channel.url": "Must not be empty" });
  });

  it("complains of a field until that field is edited", () => {
    expect(stillWrong(REFUSED, THEN, { ...THEN })).toEqual(REFUSED);
    expect(Object.keys(stillWrong(REFUSED, THEN, { ...THEN, name: "Shop" }).fields)).toEqual(["channel.url"]);
    expect(Object.keys(stillWrong(REFUSED, THEN, { ...THEN, url: "h" }).fields)).toEqual(["name"]);
    expect(stillWrong(REFUSED, THEN, { ...THEN, name: "Shop" }).general).toEqual(REFUSED.general);
  });
});
