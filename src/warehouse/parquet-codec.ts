import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";

/**
 * Zstandard by the runtime's own code. Measured over 50,000 events in two tables (14.5 MB of pages): 5.2 MB in 57 ms of
 * CPU; level 3 came to no less in 90 ms, the writer's own Snappy, which is JavaScript, to 10.1 MB in 300 ms, gzip 1 to 14 %
 * more bytes in twice the time.
 */
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/**
 * workerd fails with "Unexpected end of file" on what does not come to less than 40 kB (github.com/cloudflare/workerd
 * issue 6769), so pages are kept below that size. It costs 3 % in bytes.
 */
export const PAGE_BYTES = 36_000;
/** The writer counts characters; most of those beyond Latin-1 are three bytes. */
export const WIDE_PAGE_BYTES = 13_000;

const MAX_BLOCK_BYTES = 128 * 1024;
/** RFC 8878, 3.1.1: magic number; one segment whose size follows in four bytes, no checksum. */
const FRAME_START = [0x28, 0xb5, 0x2f, 0xfd, 0xa0];

/** A Zstandard frame that holds `input` as it is (RFC 8878, raw blocks): for the rare page of one long text. */
export function storeFrame(input: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(input.length / MAX_BLOCK_BYTES));
  const frame = new Uint8Array(FRAME_START.length + 4 + blocks * 3 + input.length);
  const view = new DataView(frame.buffer);
  frame.set(FRAME_START);
  view.setUint32(FRAME_START.length, input.length, true);
  let to = FRAME_START.length + 4;
  for (let block = 0; block < blocks; block++) {
    const part = input.subarray(block * MAX_BLOCK_BYTES, (block + 1) * MAX_BLOCK_BYTES);
    const header = (part.length << 3) | (block === blocks - 1 ? 1 : 0);
    frame.set([header & 0xff, (header >> 8) & 0xff, header >> 16], to);
    frame.set(part, to + 3);
    to += 3 + part.length;
  }
  return frame;
}

function compress(input: Uint8Array): Uint8Array {
  if (input.length <= PAGE_BYTES) return zstdCompressSync(input, LEVEL);
  try {
    return zstdCompressSync(input, LEVEL);
  } catch {
    // The failure described above, which no size of the input foretells.
    return storeFrame(input);
  }
}

export const COMPRESSORS = { ZSTD: compress };

/** What hyparquet's `compressors` option needs to read our files. */
export const DECOMPRESSORS = { ZSTD: (input: Uint8Array): Uint8Array => zstdDecompressSync(input) };
