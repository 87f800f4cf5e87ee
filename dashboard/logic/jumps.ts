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
  { kind: "page", title: "Workspace and tokens", hint: "page", href: "/workspace" },
];
const MOST = 30;

interface JumpQuestion {
  readonly text: string;
  readonly sources: readonly Source[];
  readonly destinations: readonly Destination[];
  /** The source that remembers `text` as a message id. */
  readonly messageIn: string | undefined;
}

/** Where the path of one event is shown. */
export const traceHref = (messageId: string, sourceId?: string): string =>
  `/trace/${encodeURIComponent(messageId)}${sourceId === undefined ? "" : `?${new URLSearchParams({ sourceId })}`}`;

/** What the palette offers for a text: a found message first, then names that contain it. */
export function jumpsFor({ text, sources, destinations, messageIn }: JumpQuestion): readonly Jump[] {
  const needle = text.trim().toLowerCase();
  const named = [...sources.flatMap(jumpsOfSource), ...destinations.map(jumpOfDestination), ...PAGES].filter((jump) =>
    `${jump.title} ${jump.hint}`.toLowerCase().includes(needle),
  );
  return [...jumpToMessage(text.trim(), messageIn, sources), ...named].slice(0, MOST);
}

const jumpsOfSource = (source: Source): Jump[] =>
  (["debugger", "setup", "settings"] as const).map((tab) => ({
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

function jumpToMessage(messageId: string, sourceId: string | undefined, sources: readonly Source[]): Jump[] {
  const source = sources.find((each) => each.id === sourceId);
  if (source === undefined) return [];
  return [
    { kind: "message", title: messageId, hint: `trace in ${source.name}`, href: traceHref(messageId, source.id) },
  ];
}
