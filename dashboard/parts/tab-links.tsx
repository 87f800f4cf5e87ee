import { Link, type LinkProps, useLocation } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";

interface TabLinksProps {
  /** "Parts of the source". */
  readonly label: string;
  readonly tabs: readonly { readonly label: string; readonly to: LinkProps["to"] }[];
  readonly params: LinkProps["params"];
}

/** The screens of one thing, as a row of links; on a phone it is pushed sideways, to where the open one is. */
export function TabLinks({ label, tabs, params }: TabLinksProps): ReactNode {
  const row = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  useEffect(() => showOpenTab(row.current, pathname), [pathname]);
  return (
    <nav ref={row} aria-label={label} className="border-kumo-hairline relative flex gap-2 overflow-x-auto border-b">
      {tabs.map((tab) => (
        <Link
          key={tab.label}
          to={tab.to}
          params={params}
          className="text-kumo-subtle hover:text-kumo-default aria-[current]:border-kumo-brand aria-[current]:text-kumo-default shrink-0 border-b-2 border-transparent px-2 py-2 aria-[current]:font-medium"
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}

/** Sideways only: scrollIntoView would move the page as well. */
function showOpenTab(row: HTMLElement | null, pathname: string): void {
  const links = [...(row?.querySelectorAll("a") ?? [])];
  const open = links.find((link) => `${pathname}/`.startsWith(`${link.pathname}/`));
  if (row === null || open === undefined) return;
  const end = open.offsetLeft + open.offsetWidth;
  if (open.offsetLeft < row.scrollLeft || end > row.scrollLeft + row.clientWidth)
    row.scrollLeft = end - row.clientWidth;
}
