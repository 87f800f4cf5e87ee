// The product with a mark on each of its answers, and one more route, which tells what built-in prototypes hold.
import product from "../../src/worker.ts";
import { PROBE_PATH, REACHED } from "./probe.ts";

export * from "../../src/worker.ts";

const BUILT_IN = {
  Object,
  Array,
  Function,
  String,
  Number,
  Boolean,
  RegExp,
  Date,
  Map,
  Set,
  Promise,
  Error,
  Uint8Array,
  Request,
  Response,
  Headers,
};

/** Names of all own properties of each prototype and constructor, and whatever an empty object inherits. */
function prototypes(): string[] {
  const own = Object.entries(BUILT_IN).flatMap(([name, made]) => [
    ...Reflect.ownKeys(made).map((key) => `${name}.${String(key)}`),
    ...Reflect.ownKeys(made.prototype as object).map((key) => `${name}.prototype.${String(key)}`),
  ]);
  const inherited: string[] = [];
  for (const key in {}) inherited.push(`{}.${key}`);
  return [...own, ...inherited].toSorted();
}

/** What the product throws the runtime would answer; so does this, with the mark. */
async function marked(answer: () => Response | Promise<Response>): Promise<Response> {
  try {
    const response = await answer();
    if (response.webSocket !== null) return response;
    const copy = new Response(response.body, response);
    copy.headers.set(REACHED, "yes");
    return copy;
  } catch (error) {
    return new Response(`thrown: ${error instanceof Error ? error.stack : String(error)}`, {
      status: 500,
      headers: { [REACHED]: "yes" },
    });
  }
}

export default {
  ...product,
  fetch(request, env, ctx) {
    if (new URL(request.url).pathname === PROBE_PATH) return Response.json(prototypes());
    return marked(() => product.fetch(request, env, ctx));
  },
} satisfies ExportedHandler<Env>;
