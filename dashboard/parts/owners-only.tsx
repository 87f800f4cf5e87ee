import type { ReactNode } from "react";
import { useOwner } from "./use-owner.ts";

/** What leads to a change: viewers do not get it. */
export const OwnersOnly = ({ children }: { children: ReactNode }): ReactNode => (useOwner() ? children : null);

/** A form that makes something new; a viewer who followed a link to it is told whose it is. */
export const OwnersForm = ({ children }: { children: ReactNode }): ReactNode =>
  useOwner() ? (
    children
  ) : (
    <p className="ring-kumo-hairline bg-kumo-base text-kumo-subtle rounded-lg p-4 ring">
      You are signed in as a viewer: to look, not to change. An owner of this workspace can do this.
    </p>
  );
