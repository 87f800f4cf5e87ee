import { describe, expect, it } from "vitest";
import { createRequire } from "../../src/destinations/engine/modules.ts";

const env = {};
const require = createRequire({ env });

describe("what the catalogue's code may require", () => {
  it.each(["net", "tls", "dgram", "dns", "http2", "child_process", "worker_threads"])(
    "is not node:%s, which would go round the guarded fetch",
    (name) => {
      for (const specifier of [name, `node:${name}`]) {
        expect(() => require(specifier)).toThrow("not available to destinations");
      }
    },
  );

  it("asks nobody by node:http or node:https", () => {
    for (const name of ["http", "node:https"]) {
      const { request } = require(name) as { request: () => never };
      expect(request).toThrow("not available to destinations");
    }
  });

  it("knows no variable of the Worker's, where its secrets are", () => {
    expect(require("node:process")).toEqual({ env });
  });
});
