import type { Destination, Source } from "../api/types.ts";

/** One place the palette can go to. */
export interface Jump {
  readonly kind: "page" | "source" | "destination" | "message";
  readonly title: string;
  readonly hint: string;
  readonly href: string;
}

const PAGES: readonly Jump[] = [
  { kind: "page", title: "Overview", hint: "page", href: "/" },
  { kind: "page", title: "Sources", hint: "page", href: "/sources" },
  { kind: "page", title: "Create a source", hint: "page", href: "/sources?new=1" },
  { kind: "page", title: "Destinations", hint: "page", href: "/destinations" },
  { kind: "page", title: "Add a destination", hint: "catalogue", href: "/catalog" },
  { kind: "page", title: "Warehouses", hint: "page", href: "/warehouses" },
  { kind: "page", title: "Replays", hint: "page", href: "/replays" },
  { kind: "page", title: "Send history again", hint: "new replay", href: "/replays/new" },
  { kind: "page", title: "Health", hint: "what holds events up", href: "/health" },
  { kind: "page", title: "Alerts", hint: "who is told of what", href: "/alerts" },
  { kind: "page", title: "Cost", hint: "this month's estimate", href: "/cost" },
  { kind: "page", title: "Workspace and tokens", hint: "page", href: "/workspace" },
];
const MOST = 30;

/** Pages that are a form. */
const FORMS: ReadonlySet<string> = new Set(["/sources?new=1", "/catalog", "/replays/new"]);

interface JumpQuestion {
  readonly text: string;
  /** Viewers are not led to forms. */
  readonly owner: boolean;
  readonly sources: readonly Source[];
  readonly destinations: readonly Destination[];
  /** The sources that know `text` as a message id. */
  readonly messageIn: readonly string[];
}

/** Where the path of one event is shown. */
export const traceHref = (messageId: string, sourceId?: string): string =>
  `/trace/${encodeURIComponent(messageId)}${sourceId === undefined ? "" : `?${new URLSearchParams({ sourceId })}`}`;

/** What the palette offers for a text: a found message first, then names that contain it. */
export function jumpsFor({ text, owner, sources, destinations, messageIn }: JumpQuestion): readonly Jump[] {
  const needle = text.trim().toLowerCase();
  const pages = owner ? PAGES : PAGES.filter(({ href }) => !FORMS.has(href));
  const named = [...sources.flatMap(jumpsOfSource), ...destinations.map(jumpOfDestination), ...pages].filter((jump) =>
    `${jump.title} ${jump.hint}`.toLowerCase().includes(needle),
  );
  return [...jumpsToMessage(text.trim(), messageIn, sources), ...named].slice(0, MOST);
}

const jumpsOfSource = (source: Source): Jump[] =>
  (["debugger", "setup", "archive", "exports", "settings"] as const).map((tab) => ({
    kind: "source",
    title: source.name,
    hint: tab,
    href: `/sources/${source.id}/${tab}`,
  }));

const jumpOfDestination = (destination: Destination): Jump => ({
  kind: "destination",
  title: destination.name,
  hint: "destination",
  href: `/destinations/${destination.id}`,
});

const jumpsToMessage = (messageId: string, sourceIds: readonly string[], sources: readonly Source[]): Jump[] =>
  sources
    .filter(({ id }) => sourceIds.includes(id))
    .map(({ id, name }) => ({
      kind: "message",
      title: messageId,
      hint: `trace in ${name}`,
      href: traceHref(messageId, id),
    }));
