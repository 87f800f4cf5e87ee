/** Small objects of R2 that are never written again, as they were read last; bounded, the longest unused go first. */
export class ObjectCache {
  readonly #bucket: Pick<R2Bucket, "get">;
  readonly #limits: { readonly bytes: number; readonly objectBytes: number };
  /** In the order of their use. */
  readonly #held = new Map<string, Uint8Array>();
  #bytes = 0;

  /** `objectBytes`: larger ones are not held. */
  constructor(bucket: Pick<R2Bucket, "get">, limits: { readonly bytes: number; readonly objectBytes: number }) {
    this.#bucket = bucket;
    this.#limits = limits;
  }

  /** Rejects when there is no such object. */
  async open(key: string): Promise<ReadableStream<Uint8Array>> {
    const held = this.#held.get(key);
    if (held !== undefined) {
      this.#held.delete(key);
      this.#held.set(key, held);
      return streamOf(held);
    }
    const object = await this.#bucket.get(key);
    if (object === null) throw new Error(`${key} is not in the bucket`);
    if (object.size > this.#limits.objectBytes) return object.body;
    const bytes = new Uint8Array(await object.arrayBuffer());
    this.#hold(key, bytes);
    return streamOf(bytes);
  }

  #hold(key: string, bytes: Uint8Array): void {
    if (this.#held.has(key)) return;
    this.#held.set(key, bytes);
    this.#bytes += bytes.byteLength;
    for (const [oldest, { byteLength }] of this.#held) {
      if (this.#bytes <= this.#limits.bytes) return;
      this.#held.delete(oldest);
      this.#bytes -= byteLength;
    }
  }
}

const streamOf = (bytes: Uint8Array): ReadableStream<Uint8Array> =>
  new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
