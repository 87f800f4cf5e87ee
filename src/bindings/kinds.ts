import * as z from "zod";
import type { KindDesk } from "../api/deps.ts";
import { DestinationKind, KindSummary, summarise } from "../core/destination-kind.ts";

/** What the rooms that hold the code of destinations lend: worker.ts hands it over. */
export interface KindTools extends Pick<KindDesk, "checkTrigger" | "checkMapping"> {
  /** Our own kinds; the catalogue's are files of the build. */
  readonly ownKinds: readonly DestinationKind[];
}

const Index = z.array(KindSummary);

/**
 * The kinds of destination: our own from code, those of Segment's catalogue from the files that the build writes
 * (`/catalogue/index.json`, `/catalogue/<id>.json`). The index is read once per isolate, for it changes only with the
 * Worker; a build without a catalogue has our own alone.
 */
export function createKindDesk(asset: (path: string) => Promise<Response>, tools: KindTools): KindDesk {
  const { ownKinds, checkTrigger, checkMapping } = tools;
  let index: readonly KindSummary[] | undefined;

  /** The parsed file; undefined when the build has none. */
  async function read<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const answer = await asset(path);
    if (answer.ok) return schema.parse(await answer.json());
    await answer.body?.cancel();
    if (answer.status === 404) return undefined;
    throw new Error(`the asset ${path} was answered with ${answer.status}`);
  }

  async function catalogue(): Promise<readonly KindSummary[]> {
    index ??= (await read("/catalogue/index.json", Index)) ?? [];
    return index;
  }

  return {
    async list() {
      return [...ownKinds.map(summarise), ...(await catalogue())];
    },
    async find(id) {
      const own = ownKinds.find((kind) => kind.id === id);
      if (own !== undefined) return own;
      // Only what the index names is asked for: an id of a request never becomes a path.
      const known = (await catalogue()).some((kind) => kind.id === id);
      return known ? read(`/catalogue/${id}.json`, DestinationKind) : undefined;
    },
    checkTrigger,
    checkMapping,
  };
}
