import { type RefObject, useEffect, useRef } from "react";

/** Goes to the first field of a form that is complained about, whenever what is said (`complaints`) changes. */
export function useFirstProblem(complaints: object): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  const said = JSON.stringify(complaints);
  useEffect(() => {
    if (/[^{}[\],]/.test(said))
      form.current?.querySelector<HTMLElement>("[aria-invalid='true'], [data-complaint]")?.focus();
  }, [said]);
  return form;
}
