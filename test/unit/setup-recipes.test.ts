import { describe, expect, it } from "vitest";
import { firstForm, recipes } from "../../dashboard/logic/recipes.ts";
import { TEST_EVENT, testCall } from "../../dashboard/logic/test-call.ts";

const FACTS = { origin: "https://data.example", pathPrefix: "/k3x9", writeKey: "wk_1", snippet: "(function(){})();" };
const FORMS = ["snippet", "npm", "node", "mobile", "curl", "pixel", "query"] as const;

describe("set-up instructions", () => {
  it("name the write key and the host with its prefix in every form", () => {
    for (const recipe of recipes(FACTS).filter(({ id }) => id !== "snippet")) {
      const code = recipe.samples.map((sample) => sample.code).join("\n");
      expect(code).toContain("wk_1");
      expect(code).toMatch(/data\.example\/k3x9|path: "\/k3x9\/v1\/batch"/);
    }
  });

  it("put the snippet into a script tag", () => {
    expect(recipes(FACTS)[0]?.samples[0]?.code).toBe("<script>\n(function(){})();\n</script>");
  });

  it("give the Node library a host without a path and mobile libraries a host without a scheme", () => {
    const code = (id: string): string =>
      recipes(FACTS)
        .filter((recipe) => recipe.id === id)
        .flatMap((recipe) => recipe.samples)
        .map((sample) => sample.code)
        .join("\n");
    expect(code("node")).toContain(`host: "https://data.example",`);
    expect(code("mobile")).toContain(`.apiHost("data.example/k3x9/v1")`);
  });

  it("warn where a library cannot reach a host without https", () => {
    const mobile = recipes({ ...FACTS, origin: "http://127.0.0.1:8787" }).find((recipe) => recipe.id === "mobile");
    expect(mobile?.notes.join(" ")).toContain("https");
  });

  it("begin with the form that suits the kind", () => {
    expect((["javascript", "server", "mobile", "email", "demo"] as const).map(firstForm)).toEqual([
      "snippet",
      "node",
      "mobile",
      "pixel",
      "snippet",
    ]);
  });
});

describe("a test event", () => {
  const call = (form: (typeof FORMS)[number]) => testCall(form, FACTS, "probe-1", new Date("2026-01-02T03:04:05Z"));

  it("goes to the console's own host under the prefix, by the path that form really uses", () => {
    expect(FORMS.map((form) => `${call(form).method} ${call(form).path.split("?")[0]}`)).toEqual([
      "POST /k3x9/v1/t",
      "POST /k3x9/v1/b",
      "POST /k3x9/v1/batch",
      "POST /k3x9/v1/b",
      "POST /k3x9/v1/track",
      "GET /k3x9/v1/pixel/track",
      "GET /k3x9/v1/q",
    ]);
  });

  it("can be found again by its anonymous id in every form", () => {
    for (const form of FORMS) {
      const { path, body } = call(form);
      const search = new URLSearchParams(path.split("?")[1]);
      const data = search.get("data");
      const sent = body ?? (data === null ? search.toString() : Buffer.from(data, "base64url").toString());
      expect(sent).toContain("probe-1");
      expect(decodeURIComponent(sent).replaceAll("+", " ")).toContain(TEST_EVENT);
    }
  });

  it("carries the write key where that form carries it", () => {
    expect(call("curl").headers["authorization"]).toBe(`Basic ${btoa("wk_1:")}`);
    expect(call("query").path).toContain("writeKey=wk_1");
  });
});
