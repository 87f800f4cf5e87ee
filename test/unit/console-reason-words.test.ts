import { describe, expect, it } from "vitest";
import { reasonLine, saysCode } from "../../dashboard/logic/reason-words.ts";

describe("a reason in words", () => {
  it("says a reason's code once, where its sentence begins with it", () => {
    expect(saysCode("400: the destination says that the request is wrong.", "400")).toBe(true);
    expect(saysCode("4001: something else.", "400")).toBe(false);
    expect(saysCode(undefined, "400")).toBe(false);
    expect(reasonLine("400", "400: wrong.")).toBe("400: wrong.");
    expect(reasonLine("RETRY", "Too often.")).toBe("RETRY · Too often.");
  });
});
