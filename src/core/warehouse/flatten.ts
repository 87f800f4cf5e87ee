import { isJsonObject, type JsonObject } from "../json.ts";
import { wordsOf, isNameless } from "./names.ts";

/** A place in events: `path` is its words so far, joined. Remembered, because the same keys come with every event. */
export interface Place {
  readonly path: string;
  /** The key of it that had no Latin letter or digit, if one had none: a code stands for it in `path`. */
  readonly coded: string | undefined;
  readonly inside: Map<string, Place>;
}

export interface Leaf {
  readonly place: Place;
  /** A string, number, boolean, array, or an object below the depth limit. */
  readonly value: unknown;
}

/** Levels of objects that become columns; what lies deeper is JSON text, as arrays are. Longer keys are not remembered. */
const LIMITS = { depth: 16, places: 20_000, keyChars: 100 } as const;

const newPlace = (path: string, coded: string | undefined): Place => ({ path, coded, inside: new Map() });

/** Flattens objects to leaves; nothing in it depends on a table. */
export class Flattener {
  #context = newPlace("context", undefined);
  #own = newPlace("", undefined);
  #places = 0;

  /**
   * The values of an object by their paths in snake case, in document order (storage.md §3.3). Nulls are nothing, nor
   * are objects without keys. Linear in the object's size, however it is nested.
   * @param root whether paths begin with `context`.
   */
  leaves(object: JsonObject, root: "context" | "own"): Leaf[] {
    if (this.#places > LIMITS.places) this.#forget();
    const leaves: Leaf[] = [];
    this.#walk(object, root === "context" ? this.#context : this.#own, LIMITS.depth, leaves);
    return leaves;
  }

  #walk(object: JsonObject, at: Place, levels: number, leaves: Leaf[]): void {
    for (const key of Object.keys(object)) {
      const value = object[key];
      if (value === null || value === undefined) continue;
      const place = at.inside.get(key) ?? this.#enter(at, key);
      if (isJsonObject(value) && levels > 1) this.#walk(value, place, levels - 1, leaves);
      else if (!isEmptyObject(value)) leaves.push({ place, value });
    }
  }

  #enter(at: Place, key: string): Place {
    const words = wordsOf(key, "column");
    const place = newPlace(at.path === "" ? words : `${at.path}_${words}`, isNameless(key) ? key : at.coded);
    if (key.length <= LIMITS.keyChars) {
      at.inside.set(key, place);
      this.#places++;
    }
    return place;
  }

  /** Keys that never come again (a client that sends ids as keys) must not fill the memory. */
  #forget(): void {
    this.#context = newPlace("context", undefined);
    this.#own = newPlace("", undefined);
    this.#places = 0;
  }
}

const isEmptyObject = (value: unknown): boolean => isJsonObject(value) && Object.keys(value).length === 0;
