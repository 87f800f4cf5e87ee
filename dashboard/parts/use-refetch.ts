import { useEffect, useRef } from "react";

/** Calls `refetch` whenever `sign` is another one than before: something that a list is about has moved. */
export function useRefetch(sign: string, refetch: () => unknown): void {
  const seen = useRef(sign);
  useEffect(() => {
    if (seen.current === sign) return;
    seen.current = sign;
    refetch();
  });
}
