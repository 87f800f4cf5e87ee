import { seededRandom } from "../../support/random.ts";
import type { FuzzInput, Maker, Material } from "../input.ts";
import { CLASS } from "../settings.ts";
import { link, pixelData, pixelFlat, query } from "./beacons.ts";
import { control } from "./control.ts";
import { credentials } from "./credentials.ts";
import { encoding } from "./encodings.ts";
import { header, preflight } from "./headers.ts";
import { library, socket } from "./library.ts";
import { limit } from "./limits.ts";
import { batch, bytes, message, recorded } from "./messages.ts";
import { outside } from "./outside.ts";
import { path } from "./paths.ts";
import { wire } from "./wire.ts";

/** Every class, with its share in a thousand. */
const SHARES = {
  recorded: [20, recorded],
  message: [220, message],
  batch: [130, batch],
  bytes: [120, bytes],
  encoding: [70, encoding],
  limit: [3, limit],
  credentials: [60, credentials],
  header: [70, header],
  preflight: [20, preflight],
  path: [60, path],
  "pixel data": [40, pixelData],
  "pixel query": [30, pixelFlat],
  query: [25, query],
  link: [20, link],
  library: [30, library],
  control: [60, control],
  outside: [12, outside],
  socket: [7, socket],
  wire: [10, wire],
} as const satisfies Record<string, readonly [number, Maker]>;

export type ClassName = keyof typeof SHARES;
export const CLASSES = Object.keys(SHARES) as ClassName[];

const TOTAL = Object.values(SHARES).reduce((sum, [share]) => sum + share, 0);

export interface Drawn {
  readonly name: ClassName;
  readonly input: FuzzInput;
}

/** The nth input of a seed: always the same, whatever came before it. */
export function drawInput(seed: number, n: number, material: Material): Drawn {
  const random = seededRandom(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(n + 1, 0xc2b2ae35));
  const name = nameAt(random.next() * TOTAL);
  return { name, input: SHARES[name][1]({ random, material, mark: `fz-${seed}-${n}` }) };
}

/** The class at a place in all shares laid end to end. */
function nameAt(place: number): ClassName {
  if (CLASS !== undefined) return CLASS as ClassName;
  let end = 0;
  return CLASSES.find((name) => (end += SHARES[name][0]) > place)!;
}
