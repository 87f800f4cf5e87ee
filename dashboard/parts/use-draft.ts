import { useState } from "react";

export interface Draft<T> {
  readonly value: T;
  readonly dirty: boolean;
  readonly set: (change: Partial<T>) => void;
  readonly reset: () => void;
}

/** A form's own copy of saved values (plain JSON). Once what is saved changes, the copy follows, unless it was edited. */
export function useDraft<T extends object>(saved: T): Draft<T> {
  const [base, setBase] = useState(saved);
  const [value, setValue] = useState(saved);
  const dirty = !same(value, base);
  if (!same(saved, base)) {
    setBase(saved);
    if (!dirty || same(value, saved)) setValue(saved);
  }
  return {
    value,
    dirty,
    set: (change) => setValue((old) => ({ ...old, ...change })),
    reset: () => setValue(base),
  };
}

const same = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);
