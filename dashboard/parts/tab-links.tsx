import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";

interface TabLinksProps {
  /** "Parts of the source". */
  readonly label: string;
  readonly tabs: readonly { readonly label: string; readonly to: LinkProps["to"] }[];
  readonly params: LinkProps["params"];
}

/** The screens of one thing, as a row of links; on a phone it is pushed sideways. */
export const TabLinks = ({ label, tabs, params }: TabLinksProps): ReactNode => (
  <nav aria-label={label} className="border-kumo-hairline flex gap-2 overflow-x-auto border-b">
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
