import type { DebuggerFilter } from "../../src/core/debugger.ts";

/** The filter as it stands in the URL; lists are comma-separated, as the control plane takes them. */
export const filterOf = (search: DebuggerFilter): DebuggerFilter => {
  const { q, type, event, status } = search;
  return {
    ...(q === undefined ? {} : { q }),
    ...(type === undefined ? {} : { type }),
    ...(event === undefined ? {} : { event }),
    ...(status === undefined ? {} : { status }),
  };
};

/** Whether one value of a comma-separated list is chosen. */
export const isChosen = (list: string | undefined, value: string): boolean => list?.split(",").includes(value) ?? false;

/** Adds or removes one value of a comma-separated list; an empty list is no filter. */
export function toggle(list: string | undefined, value: string): string | undefined {
  const values = (list ?? "").split(",").filter((each) => each !== "");
  const next = values.includes(value) ? values.filter((each) => each !== value) : [...values, value];
  return next.length === 0 ? undefined : next.join(",");
}

export const isFiltered = (filter: DebuggerFilter): boolean =>
  Object.values(filter).some((value) => value !== undefined);
