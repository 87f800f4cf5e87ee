import { type RefObject, useEffect, useRef } from "react";

/**
 * Goes to the first field of a form that is complained about, whenever there is a new complaint. One that is gone moves
 * nobody: it goes while its field is edited.
 */
export function useFirstProblem(
  complaints: readonly (string | readonly string[])[],
): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  const before = useRef<readonly string[]>([]);
  const said = JSON.stringify(complaints.flat());
  useEffect(() => {
    const now = JSON.parse(said) as string[];
    const isNew = now.length > before.current.length || now.some((one) => !before.current.includes(one));
    before.current = now;
    if (isNew) form.current?.querySelector<HTMLElement>("[aria-invalid='true'], [data-complaint]")?.focus();
  }, [said]);
  return form;
}
