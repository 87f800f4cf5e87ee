import { useMutation } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { destinationPath, refreshDestination } from "../../api/destination-queries.ts";
import type { Destination } from "../../api/types.ts";

/** Sends a change of one destination; `toChange` makes it of a form's values, which otherwise are the change. */
export const useSaveDestination = <T extends object>(
  { id }: Destination,
  toChange: (values: T) => object = (values) => values,
) =>
  useMutation({
    mutationFn: (values: T) => api("PATCH", destinationPath(id), toChange(values)),
    onSuccess: () => refreshDestination(id),
  });
