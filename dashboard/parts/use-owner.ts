import { useQuery } from "@tanstack/react-query";
import { sessionQuery } from "../api/queries.ts";

/** Whether whoever is signed in may change things. The collector refuses a viewer anyway; this spares the way there. */
export const useOwner = (): boolean => useQuery(sessionQuery).data?.role !== "viewer";
