import { lazy, type ReactNode, Suspense } from "react";
import type { ConfirmByNameProps } from "./confirm-dialog.tsx";

const ConfirmDialog = lazy(() => import("./confirm-dialog.tsx"));

/** The dialog before a destructive act; fetched when it is first asked for. */
export const ConfirmByName = (props: ConfirmByNameProps): ReactNode =>
  props.open && (
    <Suspense>
      <ConfirmDialog {...props} />
    </Suspense>
  );
