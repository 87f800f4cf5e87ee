/** A value as it waits; timestamps are ms since the epoch. */
export type Stored = number | bigint | boolean | string;

const INITIAL_SLOTS = 16;
/** Distinct values before a column is judged to repeat itself or not. */
const SAMPLE_VALUES = 1024;
/** Bytes of a slot in an ordinary array, of a distinct value's entry in a map, of a text beside its characters. */
const SLOT_BYTES = 8;
const ENTRY_BYTES = 40;
const TEXT_BYTES = 24;
const NOT_LATIN = /[\u0100-\uffff]/;

type Index = Uint8Array | Uint16Array | Uint32Array;

const indexFor = (values: number, slots: number): Index => {
  if (values < 2 ** 8) return new Uint8Array(slots);
  return values < 2 ** 16 ? new Uint16Array(slots) : new Uint32Array(slots);
};

/**
 * Values of one column by row, as densely as they allow: events carry the same few values again and again, so each is kept
 * once and a row has a number of one to four bytes. Where most values differ, numbers lie in an array of doubles and the
 * others in an ordinary one.
 */
export class ColumnCells {
  /** Estimated bytes of memory. */
  bytes = INITIAL_SLOTS + ENTRY_BYTES;
  /** Whether a text has characters beyond Latin-1. */
  isWide = false;
  /** One beyond the last row with a value. */
  #end = 0;
  #values: Stored[] = [];
  #places: Map<Stored, number> | undefined = new Map();
  /** The value set last and its number: rows that follow one another mostly say the same, and comparing costs least. */
  #last: Stored | undefined;
  #lastPlace = 0;
  /** By row: 1 + the place in `values`, 0 = none. */
  #index: Index = new Uint8Array(INITIAL_SLOTS);
  #numbers: Float64Array | undefined;
  #plain: (Stored | null)[] | undefined;

  /** Rows come in rising order, each at most once. */
  set(row: number, value: Stored): void {
    if (this.#places !== undefined) this.#setShared(this.#places, row, value);
    else if (this.#numbers !== undefined) this.#setNumber(this.#numbers, row, value);
    else this.#setPlain(this.#plain!, row, value);
    this.#end = row + 1;
  }

  /** `write(value)` of the rows of `order`, null where there is none. */
  inOrder<Written>(order: Uint32Array, write: (value: Stored) => Written): (Written | null)[] {
    const written: (Written | null)[] = [];
    // Loops by index: several times as fast as Array.from with a function.
    if (this.#places !== undefined) {
      const index = this.#index;
      const values = this.#values.map(write);
      for (let i = 0; i < order.length; i++) written.push(values[index[order[i]!]! - 1] ?? null);
      return written;
    }
    const cells = this.#numbers ?? this.#plain!;
    for (let i = 0; i < order.length; i++) {
      const row = order[i]!;
      const value = row < this.#end ? cells[row]! : null;
      written.push(value === null || Number.isNaN(value) ? null : write(value));
    }
    return written;
  }

  #setShared(places: Map<Stored, number>, row: number, value: Stored): void {
    if (value !== this.#last || value === 0) {
      this.#lastPlace = this.#placeOf(places, value);
      this.#last = value;
    }
    const place = this.#lastPlace;
    if (row >= this.#index.length || place >= 2 ** (8 * this.#index.BYTES_PER_ELEMENT)) this.#growIndex(row);
    this.#index[row] = place;
    if (place >= SAMPLE_VALUES && place * 2 > row) this.#unshare(row + 1);
  }

  #placeOf(places: Map<Stored, number>, value: Stored): number {
    // A map takes both zeros for one; no value is NaN.
    const key = Object.is(value, -0) ? Number.NaN : value;
    const known = places.get(key);
    if (known !== undefined) return known;
    const place = this.#values.push(value);
    places.set(key, place);
    this.bytes += ENTRY_BYTES + this.#textBytes(value);
    return place;
  }

  #growIndex(row: number): void {
    const slots = row < this.#index.length ? this.#index.length : Math.max(row + 1, this.#index.length * 2);
    const index = indexFor(this.#values.length, slots);
    index.set(this.#index);
    this.bytes += index.byteLength - this.#index.byteLength;
    this.#index = index;
  }

  /** Most values differ: a number a row would only cost. */
  #unshare(rows: number): void {
    const allNumbers = this.#values.every((value) => typeof value === "number");
    const cells = Array.from(this.#index.subarray(0, rows), (place) => (place === 0 ? null : this.#values[place - 1]!));
    this.bytes -= this.#index.byteLength + this.#values.length * ENTRY_BYTES;
    if (allNumbers) this.#numbers = Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell)));
    else this.#plain = cells;
    this.bytes += rows * SLOT_BYTES;
    this.#places = undefined;
    this.#values = [];
    this.#index = new Uint8Array(0);
  }

  #setNumber(numbers: Float64Array, row: number, value: Stored): void {
    if (typeof value !== "number") {
      this.#numbers = undefined;
      this.#plain = Array.from(numbers.subarray(0, this.#end), (number) => (Number.isNaN(number) ? null : number));
      this.bytes += this.#end * 2 * SLOT_BYTES;
      this.#setPlain(this.#plain, row, value);
      return;
    }
    let room = numbers;
    if (row >= numbers.length) {
      room = new Float64Array(Math.max(row + 1, numbers.length * 2)).fill(Number.NaN, numbers.length);
      room.set(numbers);
      this.bytes += room.byteLength - numbers.byteLength;
      this.#numbers = room;
    }
    room[row] = value;
  }

  #setPlain(plain: (Stored | null)[], row: number, value: Stored): void {
    this.bytes += (row + 1 - plain.length) * SLOT_BYTES + this.#textBytes(value);
    while (plain.length < row) plain.push(null);
    plain.push(value);
  }

  #textBytes(value: Stored): number {
    if (typeof value !== "string") return 2 * SLOT_BYTES;
    const isWide = NOT_LATIN.test(value);
    if (isWide) this.isWide = true;
    return TEXT_BYTES + value.length * (isWide ? 2 : 1);
  }
}
