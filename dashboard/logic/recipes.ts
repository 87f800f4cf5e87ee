import type { SourceRecord } from "../../src/core/catalog.ts";
import { stringLiteral } from "./literal.ts";

/** What a source's set-up answer says: where to send and as whom. `snippet` is the script for a page, without its tag. */
export interface SetupFacts {
  readonly origin: string;
  readonly pathPrefix: string;
  readonly writeKey: string;
  readonly snippet: string;
}

export type FormId = "snippet" | "npm" | "node" | "mobile" | "curl" | "pixel" | "query";

export interface CodeSample {
  readonly title: string;
  readonly code: string;
}

export interface Recipe {
  readonly id: FormId;
  readonly tab: string;
  /** One sentence: who this is for and what to do with it. */
  readonly advice: string;
  readonly samples: readonly CodeSample[];
  readonly notes: readonly string[];
}

/** Every way to connect, in the order of the tabs. Code holds the real host and key, ready to paste. */
export function recipes(facts: SetupFacts): readonly Recipe[] {
  return [snippet(facts), npm(facts), node(facts), mobile(facts), curl(facts), pixel(facts), query(facts)];
}

/** The tab a source opens on. */
export function firstForm(kind: SourceRecord["kind"]): FormId {
  switch (kind) {
    case "javascript":
    case "demo":
      return "snippet";
    case "server":
      return "node";
    case "mobile":
      return "mobile";
    case "email":
      return "pixel";
    default:
      return kind satisfies never;
  }
}

const base = (facts: SetupFacts): string => `${facts.origin}${facts.pathPrefix}`;
const bareHost = (facts: SetupFacts): string => `${base(facts).replace(/^https?:\/\//, "")}/v1`;

const snippet = (facts: SetupFacts): Recipe => ({
  id: "snippet",
  tab: "Snippet",
  advice: "For a website: paste it into the <head> of every page. It loads analytics.js from this host.",
  samples: [{ title: "HTML", code: `<script>\n${facts.snippet.trim()}\n</script>` }],
  notes: [],
});

const npm = (facts: SetupFacts): Recipe => ({
  id: "npm",
  tab: "npm",
  advice: "For a bundled web app. `cdnURL` is all it needs: the settings served there name the host that collects.",
  samples: [
    { title: "Install", code: "npm install @segment/analytics-next" },
    {
      title: "JavaScript",
      code: [
        `import { AnalyticsBrowser } from "@segment/analytics-next";`,
        "",
        "export const analytics = AnalyticsBrowser.load({",
        `  writeKey: ${stringLiteral(facts.writeKey)},`,
        `  cdnURL: ${stringLiteral(base(facts))},`,
        "});",
        "",
        "analytics.page();",
      ].join("\n"),
    },
  ],
  notes: [],
});

const node = (facts: SetupFacts): Recipe => ({
  id: "node",
  tab: "Node",
  advice: "For a server. Other server libraries take the same host; those that ask for a full URL want /v1/batch.",
  samples: [
    { title: "Install", code: "npm install @segment/analytics-node" },
    {
      title: "JavaScript",
      code: [
        `import { Analytics } from "@segment/analytics-node";`,
        "",
        "const analytics = new Analytics({",
        `  writeKey: ${stringLiteral(facts.writeKey)},`,
        `  host: ${stringLiteral(facts.origin)},`,
        `  path: ${stringLiteral(`${facts.pathPrefix}/v1/batch`)},`,
        "});",
        "",
        `analytics.track({ userId: "user-1", event: "Signed Up", properties: { plan: "pro" } });`,
        "await analytics.closeAndFlush();",
      ].join("\n"),
    },
  ],
  notes: [],
});

const mobile = (facts: SetupFacts): Recipe => ({
  id: "mobile",
  tab: "Mobile",
  advice: "For iOS, Android and React Native: only the two hosts differ from Segment's own instructions.",
  samples: [
    {
      title: "Swift",
      code: [
        `let configuration = Configuration(writeKey: ${stringLiteral(facts.writeKey)})`,
        `  .apiHost(${stringLiteral(bareHost(facts))})`,
        `  .cdnHost(${stringLiteral(bareHost(facts))})`,
        "let analytics = Analytics(configuration: configuration)",
      ].join("\n"),
    },
    {
      title: "Kotlin",
      code: [
        `val analytics = Analytics(${stringLiteral(facts.writeKey)}, applicationContext) {`,
        `  apiHost = ${stringLiteral(bareHost(facts))}`,
        `  cdnHost = ${stringLiteral(bareHost(facts))}`,
        "}",
      ].join("\n"),
    },
    {
      title: "React Native",
      code: [
        `import { createClient } from "@segment/analytics-react-native";`,
        "",
        "const analytics = createClient({",
        `  writeKey: ${stringLiteral(facts.writeKey)},`,
        `  proxy: ${stringLiteral(`${base(facts)}/v1`)},`,
        `  cdnProxy: ${stringLiteral(`${base(facts)}/v1`)},`,
        "  useSegmentEndpoints: true,",
        "});",
      ].join("\n"),
    },
  ],
  notes: facts.origin.startsWith("http:")
    ? ["Swift and Kotlin always use https, so they need a deployed host or a tunnel; this one answers http."]
    : [],
});

const curl = (facts: SetupFacts): Recipe => ({
  id: "curl",
  tab: "curl",
  advice: "For anything that can make an HTTP request. The write key is the user name; the password is empty.",
  samples: [
    {
      title: "Shell",
      code: [
        `curl ${base(facts)}/v1/track \\`,
        `  -u '${facts.writeKey}:' \\`,
        `  -H 'Content-Type: application/json' \\`,
        `  -d '{"userId":"user-1","event":"Signed Up","properties":{"plan":"pro"}}'`,
      ].join("\n"),
    },
  ],
  notes: [
    "The answer is 200 even for events that are refused, as Segment's is. Add the header Prefer: return=representation to be told what became of each.",
  ],
});

const pixel = (facts: SetupFacts): Recipe => ({
  id: "pixel",
  tab: "Pixel",
  advice: "For e-mails and pages without script: loading the image is the event.",
  samples: [
    {
      title: "HTML",
      code: `<img alt="" width="1" height="1" src="${base(facts)}/v1/pixel/track?writeKey=${facts.writeKey}&amp;userId=user-1&amp;event=Email%20Opened&amp;properties.campaign=welcome">`,
    },
  ],
  notes: ["Instead of the flat query, `data=` takes the whole message as URL-safe base64 of its JSON."],
});

const query = (facts: SetupFacts): Recipe => ({
  id: "query",
  tab: "Query string",
  advice: "For links: the address itself carries who it is (ajs_uid), what happened (ajs_event) and the details.",
  samples: [
    {
      title: "Without script",
      code: `${base(facts)}/v1/q?writeKey=${facts.writeKey}&ajs_uid=user-1&ajs_event=Link%20Clicked&ajs_prop_campaign=welcome`,
    },
    {
      title: "To a page that has the snippet",
      code: "https://www.example.com/?ajs_uid=user-1&ajs_event=Link%20Clicked&ajs_prop_campaign=welcome",
    },
  ],
  notes: [],
});
