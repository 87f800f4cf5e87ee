/** Opened a few ahead: each waits for an answer of R2 and then is packed bytes in memory. */
const AHEAD = 4;

export interface Opened<Item, Content> {
  readonly item: Item;
  readonly content: Content;
}

/** The items in their order with what `open` gives for each; the next few are asked for while one is worked on. */
export async function* readAhead<Item, Content>(
  items: readonly Item[],
  open: (item: Item) => Promise<Content>,
): AsyncGenerator<Opened<Item, Content>> {
  const waiting: Promise<Content>[] = [];
  let next = 0;
  for (const item of items) {
    for (; next < items.length && waiting.length < AHEAD; next++) {
      const opening = open(items[next]!);
      // Whoever awaits it in its turn hears of a failure; until then it is not unheard.
      opening.catch(() => undefined);
      waiting.push(opening);
    }
    yield { item, content: await waiting.shift()! };
  }
}
