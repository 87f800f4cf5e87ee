import type { KindSummary } from "../api/types.ts";

/** The chip for what cannot run here; not a category of any kind. */
export const UNAVAILABLE = "unavailable";

/** Our own kinds have words for ids, Segment's have 24 hex digits. */
export const isOwnKind = ({ id }: Pick<KindSummary, "id">): boolean => !/^[0-9a-f]{24}$/.test(id);

/** The categories in use, the fullest first. */
export function categoriesOf(kinds: readonly KindSummary[]): readonly (readonly [name: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const kind of kinds) for (const name of kind.categories) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].toSorted(([a, x], [b, y]) => y - x || a.localeCompare(b));
}

/**
 * The kinds that a search and a category leave, best first: by how their name matches, then our own, then by name.
 * What cannot run here stays in the list, at its end.
 */
export function searchKinds(kinds: readonly KindSummary[], text: string, category: string | undefined): KindSummary[] {
  const needle = text.trim().toLowerCase();
  return kinds
    .filter((kind) => inCategory(kind, category))
    .map((kind) => ({ kind, rank: rankOf(kind, needle) }))
    .filter(({ rank }) => rank < NO_MATCH)
    .toSorted(
      (a, b) =>
        Number(b.kind.available) - Number(a.kind.available) ||
        a.rank - b.rank ||
        Number(isOwnKind(b.kind)) - Number(isOwnKind(a.kind)) ||
        shortName(a.kind.name).localeCompare(shortName(b.kind.name)),
    )
    .map(({ kind }) => kind);
}

const inCategory = (kind: KindSummary, category: string | undefined): boolean =>
  category === undefined || (category === UNAVAILABLE ? !kind.available : kind.categories.includes(category));

const NO_MATCH = 9;

function rankOf({ name, slug, description, categories }: KindSummary, needle: string): number {
  if (needle === "") return 0;
  const lower = shortName(name).toLowerCase();
  if (lower === needle) return 0;
  if (lower.startsWith(needle)) return 1;
  if (lower.split(/[^a-z0-9]+/).some((word) => word.startsWith(needle))) return 2;
  if (lower.includes(needle) || slug.includes(needle)) return 3;
  if (categories.some((each) => each.toLowerCase().includes(needle))) return 4;
  return description.toLowerCase().includes(needle) ? 5 : NO_MATCH;
}

/** A tool as people call it: Segment marks its newer definitions, and there are no others here. */
export const shortName = (name: string): string => name.replaceAll(/^Actions (?=\S)| \(Actions\)$/g, "");

/** The name, or with the first number from 2 on that no other has: twins in a list cannot be told apart. */
export function freeName(name: string, taken: readonly string[]): string {
  if (!taken.includes(name)) return name;
  let number = 2;
  while (taken.includes(`${name} ${number}`)) number++;
  return `${name} ${number}`;
}

/** Two letters for a tool without a picture. */
export function monogram(name: string): string {
  const words = shortName(name)
    .replace(/\(.*?\)/g, "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  const [first = "?", second] = words;
  return (second === undefined ? first.slice(0, 2) : first.charAt(0) + second.charAt(0)).toUpperCase();
}
