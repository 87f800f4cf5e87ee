import { useSyncExternalStore } from "react";

/** Whether a media query holds, now and after the window changes. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(query);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => window.matchMedia(query).matches,
  );
}

/** Too narrow for columns. */
export const useIsPhone = (): boolean => useMedia("(max-width: 767px)");
