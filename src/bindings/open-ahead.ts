/** Things that are opened before their turn: each waits for an answer of R2 and then is packed bytes in memory. */
const AHEAD = 4;
const AHEAD_BYTES = 4_000_000;

export interface Opening<Item, Content> {
  readonly item: Item;
  /** Opens the item, and the next few if they are small. To be called in the order of the items, once each. */
  content(): Promise<Content>;
}

/** The items in their order; nothing is opened before the first one is asked for. */
export function openAhead<Item, Content>(
  items: readonly Item[],
  { open, bytesOf }: { open(item: Item): Promise<Content>; bytesOf(item: Item): number },
): Opening<Item, Content>[] {
  const opened = new Map<number, Promise<Content>>();
  const start = (i: number): Promise<Content> => {
    const opening = opened.get(i) ?? open(items[i]!);
    // Whoever awaits it in its turn hears of a failure; until then it is not unheard.
    opening.catch(() => undefined);
    opened.set(i, opening);
    return opening;
  };
  return items.map((item, i) => ({
    item,
    content() {
      const own = start(i);
      opened.delete(i);
      let bytes = 0;
      for (let next = i + 1; next < items.length && next <= i + AHEAD; next++) {
        bytes += bytesOf(items[next]!);
        if (bytes > AHEAD_BYTES) break;
        void start(next);
      }
      return own;
    },
  }));
}
