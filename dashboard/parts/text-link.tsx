import { Link as KumoLink } from "@cloudflare/kumo/components/link";
import type { LinkComponentProps } from "@cloudflare/kumo/utils";
import { Link } from "@tanstack/react-router";
import { forwardRef, type ReactNode } from "react";

/** Gives Kumo's components the router: inside the console no link reloads the page. */
export const RoutedAnchor = forwardRef<HTMLAnchorElement, LinkComponentProps>(function RoutedAnchor(
  { href, to: _to, children, ...rest },
  ref,
) {
  if (href === undefined || !href.startsWith("/") || rest.target === "_blank" || rest.download !== undefined)
    return (
      <a ref={ref} href={href} {...rest}>
        {children}
      </a>
    );
  const url = new URL(href, window.location.origin);
  return (
    <Link ref={ref} to={url.pathname} search={Object.fromEntries(url.searchParams)} hash={url.hash.slice(1)} {...rest}>
      {children}
    </Link>
  );
});

interface TextLinkProps {
  readonly href: string;
  /** Leaves the console as it is: for pages that are not part of it. */
  readonly newTab?: boolean;
  readonly children: ReactNode;
}

export const TextLink = ({ href, newTab = false, children }: TextLinkProps): ReactNode => (
  <KumoLink render={<RoutedAnchor href={href} {...(newTab ? { target: "_blank", rel: "noreferrer" } : {})} />}>
    {children}
  </KumoLink>
);
