import { Sidebar, useSidebar } from "@cloudflare/kumo/components/sidebar";
import { LinkProvider } from "@cloudflare/kumo/utils";
import {
  ArrowsSplitIcon,
  BellRingingIcon,
  BroadcastIcon,
  BuildingsIcon,
  ClockCounterClockwiseIcon,
  CoinsIcon,
  DatabaseIcon,
  HeartbeatIcon,
  HouseIcon,
  MagnifyingGlassIcon,
  SignOutIcon,
  StorefrontIcon,
} from "@phosphor-icons/react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Outlet, useNavigate, useRouter, useRouterState } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { api } from "../api/client.ts";
import { queryClient, workspaceQuery } from "../api/queries.ts";
import { RoutedAnchor } from "./text-link.tsx";
import { useOwner } from "./use-owner.ts";

const Palette = lazy(() => import("../screens/palette.tsx"));

const PLACES = [
  { href: "/", label: "Overview", icon: HouseIcon },
  { href: "/sources", label: "Sources", icon: BroadcastIcon },
  { href: "/destinations", label: "Destinations", icon: ArrowsSplitIcon },
] as const;
/** What is done with history. */
const STORAGE = [
  { href: "/warehouses", label: "Warehouses", icon: DatabaseIcon },
  { href: "/replays", label: "Replays", icon: ClockCounterClockwiseIcon },
] as const;
/** Whether it runs as it should, and what it costs. */
const OPERATE = [
  { href: "/health", label: "Health", icon: HeartbeatIcon },
  { href: "/alerts", label: "Alerts", icon: BellRingingIcon },
  { href: "/cost", label: "Cost", icon: CoinsIcon },
] as const;
const WORKSPACE = [{ href: "/workspace", label: "Workspace", icon: BuildingsIcon }] as const;
type Place = (typeof PLACES | typeof STORAGE | typeof OPERATE | typeof WORKSPACE)[number];

/** The catalogue is where destinations come from. */
const placeOf = (pathname: string): string => pathname.replace(/^\/catalog(?=\/|$)/, "/destinations");

/** The frame around every screen: where one can go, where one is, and ⌘K. */
export function Shell(): ReactNode {
  const [palette, setPalette] = useState(false);
  useEffect(() => {
    const open = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setPalette(true);
    };
    window.addEventListener("keydown", open);
    return () => window.removeEventListener("keydown", open);
  }, []);
  return (
    <LinkProvider component={RoutedAnchor}>
      <a
        href="#content"
        className="bg-kumo-base text-kumo-default sr-only z-50 rounded p-2 focus:not-sr-only focus:absolute focus:m-2"
      >
        Skip to content
      </a>
      <Sidebar.Provider collapsible="offcanvas" defaultOpen className="h-dvh overflow-hidden">
        <Places onSearch={() => setPalette(true)} />
        <div className="flex h-dvh min-w-0 flex-1 flex-col">
          <TopBar onSearch={() => setPalette(true)} />
          <main id="content" className="flex min-h-0 min-w-0 flex-1 flex-col overflow-y-auto">
            <Outlet />
          </main>
        </div>
      </Sidebar.Provider>
      {palette && (
        <Suspense>
          <Palette onClose={() => setPalette(false)} />
        </Suspense>
      )}
    </LinkProvider>
  );
}

function Places({ onSearch }: { onSearch: () => void }): ReactNode {
  const workspace = useQuery(workspaceQuery);
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const leave = useSignOut();
  const owner = useOwner();
  const { setOpenMobile } = useSidebar();
  const router = useRouter();
  // On a phone the menu lies over the screen: it has done its work once another screen is there.
  useEffect(() => router.subscribe("onResolved", () => setOpenMobile(false)), [router, setOpenMobile]);
  return (
    <Sidebar aria-label="Console">
      <Sidebar.Header>
        <span className="flex min-w-0 items-center gap-2 px-2 py-1 font-semibold">
          <img src="/favicon.svg" alt="" width="22" height="22" />
          <span className="truncate">{workspace.data?.workspace.name ?? "Inlet"}</span>
        </span>
      </Sidebar.Header>
      <Sidebar.Content>
        <Sidebar.Group>
          <Sidebar.Menu>
            <Sidebar.MenuButton
              icon={MagnifyingGlassIcon}
              onClick={() => {
                setOpenMobile(false);
                onSearch();
              }}
            >
              Jump to…
              <kbd className="text-kumo-subtle ml-auto font-sans text-sm">{SHORTCUT}</kbd>
            </Sidebar.MenuButton>
          </Sidebar.Menu>
        </Sidebar.Group>
        <PlaceGroup places={PLACES} pathname={pathname} />
        <PlaceGroup label="Storage" places={STORAGE} pathname={pathname} />
        <PlaceGroup label="Operate" places={OPERATE} pathname={pathname} />
        <Sidebar.Separator />
        <PlaceGroup places={WORKSPACE} pathname={pathname} />
        {workspace.data?.demo === true && (
          <Sidebar.Group>
            <Sidebar.Menu>
              <Sidebar.MenuButton icon={StorefrontIcon} href="/demo" target="_blank">
                Demo shop
              </Sidebar.MenuButton>
            </Sidebar.Menu>
          </Sidebar.Group>
        )}
      </Sidebar.Content>
      {/* Kumo's is one line high. */}
      <Sidebar.Footer className={owner ? undefined : "h-auto flex-col items-stretch gap-1 py-2"}>
        {!owner && (
          <p className="text-kumo-subtle px-2 text-sm whitespace-normal">
            Signed in as a viewer: to look, not to change.
          </p>
        )}
        <Sidebar.Menu>
          <Sidebar.MenuButton icon={SignOutIcon} onClick={() => leave.mutate()} disabled={leave.isPending}>
            Sign out
          </Sidebar.MenuButton>
        </Sidebar.Menu>
      </Sidebar.Footer>
    </Sidebar>
  );
}

interface PlaceGroupProps {
  readonly label?: string;
  readonly places: readonly Place[];
  readonly pathname: string;
}

const PlaceGroup = ({ label, places, pathname }: PlaceGroupProps): ReactNode => (
  <Sidebar.Group>
    {label !== undefined && <Sidebar.GroupLabel>{label}</Sidebar.GroupLabel>}
    <Sidebar.Menu>
      {places.map(({ href, label: words, icon }) => {
        const active = href === "/" ? pathname === "/" : placeOf(pathname).startsWith(href);
        return (
          <Sidebar.MenuButton
            key={href}
            icon={icon}
            href={href}
            active={active}
            aria-current={active ? "page" : undefined}
          >
            {words}
          </Sidebar.MenuButton>
        );
      })}
    </Sidebar.Menu>
  </Sidebar.Group>
);

/** Only on narrow screens, where the places hide behind a button. */
const TopBar = ({ onSearch }: { onSearch: () => void }): ReactNode => (
  <div className="border-kumo-hairline bg-kumo-base flex items-center gap-2 border-b px-2 py-1.5 md:hidden">
    <Sidebar.Trigger aria-label="Open the menu" />
    <span className="flex items-center gap-2 font-semibold">
      <img src="/favicon.svg" alt="" width="20" height="20" />
      Inlet
    </span>
    <button type="button" onClick={onSearch} aria-label="Jump to…" className="ml-auto cursor-pointer rounded p-2">
      <MagnifyingGlassIcon aria-hidden size={18} />
    </button>
  </div>
);

const SHORTCUT = /mac|iphone|ipad/i.test(navigator.platform) ? "⌘K" : "Ctrl K";

function useSignOut() {
  const navigate = useNavigate();
  return useMutation({
    mutationFn: () => api("DELETE", "/session"),
    onSuccess: async () => {
      await navigate({ to: "/sign-in" });
      queryClient.clear();
    },
  });
}
