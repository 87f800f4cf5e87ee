import { Button } from "@cloudflare/kumo/components/button";
import { Empty } from "@cloudflare/kumo/components/empty";
import { Input } from "@cloudflare/kumo/components/input";
import { MagnifyingGlassIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type ReactNode, useDeferredValue, useMemo, useState } from "react";
import { kindsQuery } from "../api/destination-queries.ts";
import type { KindSummary } from "../api/types.ts";
import { categoriesOf, searchKinds, UNAVAILABLE } from "../logic/catalogue.ts";
import { count, plural } from "../logic/times.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Page } from "../parts/page.tsx";
import { TextLink } from "../parts/text-link.tsx";
import { useSearchKey } from "../parts/use-search-key.ts";
import { KindCard } from "./catalog/kind-card.tsx";

const route = getRouteApi("/shell/catalog");
type Search = ReturnType<typeof route.useSearch>;

/** Where could it go? */
export function CatalogScreen(): ReactNode {
  const kinds = useQuery(kindsQuery);
  return (
    <Page
      wide
      title="Add a destination"
      above={<TextLink href="/destinations">Destinations</TextLink>}
      answer={kinds.data === undefined ? "Where could it go?" : answer(kinds.data)}
    >
      <Loaded query={kinds} failure="The catalogue could not be loaded">
        {(list) => <Catalogue kinds={list} />}
      </Loaded>
    </Page>
  );
}

const answer = (kinds: readonly KindSummary[]): string => {
  const ready = kinds.filter((kind) => kind.available).length;
  return `${plural(ready, "tool")} can receive what your sources accept. Pick one; it takes a minute to set up.`;
};

function Catalogue({ kinds }: { kinds: readonly KindSummary[] }): ReactNode {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [text, setText] = useState(search.q ?? "");
  const box = useSearchKey();
  const wanted = useDeferredValue(text);
  const found = useMemo(() => searchKinds(kinds, wanted, search.category), [kinds, wanted, search.category]);
  const change = (next: Partial<Search>): void =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true, resetScroll: false });
  const type = (next: string): void => {
    setText(next);
    change({ q: next === "" ? undefined : next });
  };
  return (
    <div className="flex flex-col gap-4">
      <Input
        ref={box}
        type="search"
        aria-label="Search the catalogue"
        placeholder="Search by name or by what it does  /"
        className="w-full"
        maxLength={100}
        value={text}
        onChange={(event) => type(event.target.value)}
      />
      <Categories kinds={kinds} chosen={search.category} onChange={(category) => change({ category })} />
      <p role="status" className="text-kumo-subtle text-sm">
        {found.length === kinds.length ? "All of them" : `${count(found.length)} of ${count(kinds.length)}`}
      </p>
      {found.length === 0 ? (
        <NothingFound
          text={wanted}
          onShowAll={() => {
            setText("");
            change({ q: undefined, category: undefined });
          }}
        />
      ) : (
        <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
          {found.map((kind) => (
            <KindCard key={kind.id} kind={kind} source={search.source} />
          ))}
        </ul>
      )}
    </div>
  );
}

interface CategoriesProps {
  readonly kinds: readonly KindSummary[];
  readonly chosen: string | undefined;
  readonly onChange: (category: string | undefined) => void;
}

function Categories({ kinds, chosen, onChange }: CategoriesProps): ReactNode {
  const closed = kinds.filter((kind) => !kind.available).length;
  const chips = [
    ...categoriesOf(kinds).map(([name, n]) => ({ value: name, words: name, n })),
    ...(closed > 0 ? [{ value: UNAVAILABLE, words: "Not available here", n: closed }] : []),
  ];
  return (
    // One line to push sideways on a phone, where thirty chips would fill the screen.
    <div role="group" aria-label="Category" className="-mx-1 flex gap-1.5 overflow-x-auto p-1 sm:flex-wrap">
      {chips.map(({ value, words, n }) => (
        <button
          key={value}
          type="button"
          aria-pressed={chosen === value}
          onClick={() => onChange(chosen === value ? undefined : value)}
          className="ring-kumo-line text-kumo-default hover:bg-kumo-tint aria-pressed:bg-kumo-contrast aria-pressed:text-kumo-inverse shrink-0 cursor-pointer rounded-full px-2.5 py-1 text-sm ring"
        >
          {words} <span className="tabular-nums opacity-70">{count(n)}</span>
        </button>
      ))}
    </div>
  );
}

const NothingFound = ({ text, onShowAll }: { text: string; onShowAll: () => void }): ReactNode => (
  <Empty
    icon={<MagnifyingGlassIcon size={40} className="text-kumo-inactive" />}
    title="No tool by that name"
    description={
      text === ""
        ? "Nothing in this category."
        : "A webhook or the generic HTTP destination reaches any tool with an API."
    }
    contents={<Button onClick={onShowAll}>Show all</Button>}
  />
);
