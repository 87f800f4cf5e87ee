// Who may use which route, asked of the running product, route by route as its own routers list them. SECURITY.md holds
// the table; `INLET_RENEW_MATRIX=1 npm test -- test/conformance/authorisation.test.ts` writes it anew.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inParallel } from "../../src/core/pool.ts";
import { CLOCK_PATH } from "../acceptance/entry.ts";
import { entryCode } from "../support/product-entry.ts";
import { startInlet, type RunningInlet } from "../support/server.ts";
import { addressOf, listRoutes, type SiteRoute } from "../support/site-routes.ts";
import { ROOT } from "../support/sources.ts";

const FILE = path.join(ROOT, "SECURITY.md");
const BEGIN = "<!-- matrix: begin -->";
const END = "<!-- matrix: end -->";
const WEEK_MS = 7 * 24 * 3_600_000;

const STRANGERS = ["no token", "wrong token", "expired session", "write key"] as const;
const WHO = [...STRANGERS, "viewer", "owner"] as const;
type Who = (typeof WHO)[number];

let inlet: RunningInlet;
let credentials: Record<Who, () => Record<string, string>>;
let address = 0;
/** Whoever guesses is slowed by address, and this test is about what is answered before that. */
const elsewhere = () => ({ "cf-connecting-ip": `198.18.${++address >> 8}.${address & 255}` });
const bearer = (secret: string) => () => ({ authorization: `Bearer ${secret}`, ...elsewhere() });

beforeAll(async () => {
  inlet = await startInlet({}, { entry: await entryCode("test/acceptance/worker.ts") });
  const signedIn = await fetch(new URL("/api/session", inlet.url), {
    method: "POST",
    body: JSON.stringify({ token: inlet.adminToken }),
  });
  const cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
  await fetch(new URL(`${CLOCK_PATH}?advance=${WEEK_MS}`, inlet.url), { method: "POST" });
  const { token } = await inlet.api<{ token: { secret: string } }>("POST", "/api/tokens", {
    name: "v",
    role: "viewer",
  });
  const { source } = await inlet.api<{ source: { writeKeys: string[] } }>("POST", "/api/sources", { name: "Shop" });
  credentials = {
    "no token": () => elsewhere(),
    "wrong token": bearer("inlet_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    "expired session": () => ({ cookie, origin: inlet.url.origin, ...elsewhere() }),
    "write key": bearer(source.writeKeys[0] ?? ""),
    viewer: bearer(token.secret),
    owner: bearer(inlet.adminToken),
  };
});
afterAll(() => inlet.stop());

interface Answered {
  readonly status: number;
  readonly type: string | undefined;
}

async function ask(route: SiteRoute, who: Who): Promise<Answered> {
  const method = route.method === "ALL" ? "PUT" : route.method;
  const bodiless = method === "GET" || method === "OPTIONS";
  const response = await fetch(new URL(addressOf(route), inlet.url), {
    method,
    headers: { accept: "text/html", ...credentials[who]() },
    redirect: "manual",
    ...(bodiless ? {} : { body: "{}" }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  const errors = isJson ? ((JSON.parse(text) as { errors?: { type: string }[] }).errors ?? []) : [];
  return { status: response.status, type: errors[0]?.type };
}

/** What the table says: let through, or the refusal that the door gives. What comes after the door is not its matter. */
function verdictOf({ status, type }: Answered): string {
  if (status === 401 && (type === "unauthenticated" || type === "invalid_token")) return "401";
  if (status === 403 && type === "forbidden") return "403";
  return "yes";
}

async function asked(route: SiteRoute): Promise<Record<Who, Answered>> {
  const answers = await Promise.all(WHO.map(async (who) => [who, await ask(route, who)] as const));
  return Object.fromEntries(answers) as Record<Who, Answered>;
}

const ORDER = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "ALL"];
const byPath = (a: SiteRoute, b: SiteRoute): number =>
  a.path === b.path ? ORDER.indexOf(a.method) - ORDER.indexOf(b.method) : a.path < b.path ? -1 : 1;
const isControl = ({ path: at }: SiteRoute): boolean => at.startsWith("/api") && !at.startsWith("/api/s/");
const named = ({ path: at }: SiteRoute): string => at.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, "{$1}");

const CONTROL = listRoutes().filter(isControl).toSorted(byPath);
/** Each in one spelling: with a slash at its end it has the same handler. */
const PUBLIC = listRoutes()
  .filter((route) => !isControl(route) && (route.path === "/" || !route.path.endsWith("/")))
  .toSorted(byPath);

function publicTable(): string[] {
  const methods = Map.groupBy(PUBLIC, named);
  return [
    "| Public path | Methods |",
    "|---|---|",
    ...[...methods].map(([at, routes]) => {
      const words = routes.map(({ method }) => (method === "ALL" ? "others: 405" : method));
      return `| \`${at}\` | ${words.join(", ")} |`;
    }),
  ];
}

const AT_ONCE = 4;
/** Answers of the control plane, asked once for all tests. */
const answers = new Map<SiteRoute, Record<Who, Answered>>();

describe("the control plane", () => {
  beforeAll(async () => {
    await inParallel(CONTROL, AT_ONCE, async (route) => answers.set(route, await asked(route)));
  });

  it("has routes, and answers none of them with a failure", () => {
    expect(CONTROL.length).toBeGreaterThan(90);
    const failed = [...answers].flatMap(([{ method, path: at }, all]) =>
      WHO.filter((who) => all[who].status >= 500).map((who) => `${method} ${at} as ${who}`),
    );
    expect(failed).toEqual([]);
  });

  it("lets no stranger through, whatever he holds, except to sign in and to the description", () => {
    const open = CONTROL.filter((route) => STRANGERS.some((who) => verdictOf(answers.get(route)![who]) === "yes"));
    // A sign-in without a token is refused as such.
    expect(open.map(({ method, path: at }) => `${method} ${at}`)).toEqual([
      "GET /api/openapi.json",
      "POST /api/session",
    ]);
  });

  it("refuses all strangers alike", () => {
    for (const [route, all] of answers) {
      const told = STRANGERS.map((who) => all[who].status);
      expect(new Set(told).size, `${route.method} ${route.path}: ${told.join()}`).toBe(1);
    }
  });

  it("lets owners through everywhere, and viewers only where a route says so", async () => {
    const description = await fetch(new URL("/api/openapi.json", inlet.url));
    const { paths } = (await description.json()) as { paths: Record<string, Record<string, Record<string, unknown>>> };
    for (const [route, all] of answers) {
      expect(verdictOf(all.owner), `${route.method} ${route.path}`).toBe("yes");
      const at = named(route).slice("/api".length) || "/";
      const operation = paths[at]?.[route.method.toLowerCase()];
      expect(operation, `${route.method} ${at} is described`).toBeDefined();
      const open = operation?.["x-role"] === "viewer" || ["/session", "/openapi.json"].includes(at);
      expect(verdictOf(all.viewer), `${route.method} ${at}`).toBe(open ? "yes" : "403");
    }
  });

  it("refuses strangers also where there is no route", async () => {
    for (const at of ["/api/nothing", "/api/", "/api//sources", "/api/sources/../tokens"]) {
      const response = await fetch(new URL(at, inlet.url), { headers: elsewhere() });
      await response.text();
      expect([at, response.status]).toEqual([at, 401]);
    }
  });
});

describe("public routes", () => {
  it("answer alike whoever asks: no credential of the control plane means anything there", async () => {
    await inParallel(PUBLIC, AT_ONCE, async (route) => {
      const all = await asked(route);
      const told = WHO.map((who) => all[who].status);
      expect(new Set(told).size, `${route.method} ${route.path}: ${told.join()}`).toBe(1);
      expect(told[0], `${route.method} ${route.path}`).toBeLessThan(500);
    });
  });
});

describe("SECURITY.md", () => {
  it("holds the table that the product gives", () => {
    const control = [
      `| Route | ${WHO.join(" | ")} |`,
      `|---|${WHO.map(() => "---").join("|")}|`,
      ...CONTROL.map((route) => {
        const all = answers.get(route)!;
        return `| \`${route.method} ${named(route)}\` | ${WHO.map((who) => verdictOf(all[who])).join(" | ")} |`;
      }),
    ];
    const table = [BEGIN, "", ...control, "", ...publicTable(), "", END].join("\n");
    const text = readFileSync(FILE, "utf8");
    const [before = "", rest = ""] = text.split(BEGIN);
    const after = rest.split(END)[1] ?? "";
    const renewed = `${before}${table}${after}`;
    if (process.env["INLET_RENEW_MATRIX"] === "1") writeFileSync(FILE, renewed);
    expect(readFileSync(FILE, "utf8")).toBe(renewed);
  });
});
