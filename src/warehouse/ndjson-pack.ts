import { gzipSync } from "node:zlib";

/** Characters of one gzip member; and bytes of one file, which is a few members one after the other. */
const MEMBER_CHARS = 1024 * 1024;
const FILE_BYTES = 8 * 1024 * 1024;

/** Whole events on their way into gzip NDJSON files; packed as they come, so that little of them is in memory. */
export class NdjsonPack {
  #lines: string[] = [];
  #chars = 0;
  #members: Uint8Array[] = [];
  #bytes = 0;

  get full(): boolean {
    return this.#bytes >= FILE_BYTES;
  }

  add(line: string): void {
    this.#lines.push(line);
    this.#chars += line.length + 1;
    if (this.#chars >= MEMBER_CHARS) this.#pack();
  }

  /** What there is as one file; undefined when there is nothing. */
  take(): Uint8Array | undefined {
    if (this.#chars > 0) this.#pack();
    if (this.#bytes === 0) return undefined;
    const file = new Uint8Array(this.#bytes);
    let at = 0;
    for (const member of this.#members) {
      file.set(member, at);
      at += member.byteLength;
    }
    this.#members = [];
    this.#bytes = 0;
    return file;
  }

  #pack(): void {
    const member = gzipSync(`${this.#lines.join("\n")}\n`);
    this.#members.push(member);
    this.#bytes += member.byteLength;
    this.#lines = [];
    this.#chars = 0;
  }
}
