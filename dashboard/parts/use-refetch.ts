import { useEffect, useRef } from "react";

/** While much moves, a long list is not read anew for every step. */
const REST_MS = 5000;

/** Calls `refetch` when `sign` is another one than before, at once after a rest: something that a list is about has moved. */
export function useRefetch(sign: string, refetch: () => unknown): void {
  const seen = useRef(sign);
  const last = useRef(0);
  useEffect(() => {
    if (seen.current === sign) return;
    const act = (): void => {
      seen.current = sign;
      last.current = Date.now();
      refetch();
    };
    const timer = setTimeout(act, Math.max(0, last.current + REST_MS - Date.now()));
    return () => clearTimeout(timer);
  });
}
