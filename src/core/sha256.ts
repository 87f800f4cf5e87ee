/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4 §4.2.2). */
const K = new Int32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);

const BLOCK_BYTES = 64;
/** The message's length in bits stands at the end of its last block, after at least one bit of padding. */
const LENGTH_BYTES = 8;

const state = new Int32Array(8);
const schedule = new Int32Array(64);
/** Grows with the longest text; ids need two or three blocks. */
let blocks = new DataView(new ArrayBuffer(4 * BLOCK_BYTES));

/** Writes the text as UTF-8 into `blocks` (half a character becomes U+FFFD); returns how many bytes it took. */
function writeUtf8(text: string): number {
  const room = Math.ceil((text.length * 3 + 1 + LENGTH_BYTES) / BLOCK_BYTES) * BLOCK_BYTES;
  if (blocks.byteLength < room) blocks = new DataView(new ArrayBuffer(room));
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      blocks.setUint8(at++, code);
      continue;
    }
    if (code >= 0xd800 && code < 0xe000) {
      code = text.codePointAt(i)!;
      if (code > 0xffff) i++;
      else code = 0xfffd;
    }
    at = writeCode(code, at);
  }
  return at;
}

function writeCode(code: number, start: number): number {
  let at = start;
  if (code < 0x800) blocks.setUint8(at++, 0xc0 | (code >> 6));
  else {
    if (code < 0x10000) blocks.setUint8(at++, 0xe0 | (code >> 12));
    else {
      blocks.setUint8(at++, 0xf0 | (code >> 18));
      blocks.setUint8(at++, 0x80 | ((code >> 12) & 0x3f));
    }
    blocks.setUint8(at++, 0x80 | ((code >> 6) & 0x3f));
  }
  blocks.setUint8(at++, 0x80 | (code & 0x3f));
  return at;
}

/** Ends the message of `bytes` bytes as §5.1.1 has it; returns where its last block ends. */
function pad(bytes: number): number {
  const end = Math.ceil((bytes + 1 + LENGTH_BYTES) / BLOCK_BYTES) * BLOCK_BYTES;
  blocks.setUint8(bytes, 0x80);
  for (let at = bytes + 1; at < end - 4; at++) blocks.setUint8(at, 0);
  blocks.setUint32(end - 4, bytes * 8);
  return end;
}

function schedule16(from: number): void {
  for (let i = 0; i < 16; i++) schedule[i] = blocks.getInt32(from + i * 4);
  for (let i = 16; i < 64; i++) {
    const a = schedule[i - 15]!;
    const b = schedule[i - 2]!;
    const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
    const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
    schedule[i] = (schedule[i - 16]! + s0 + schedule[i - 7]! + s1) | 0;
  }
}

function compress(from: number): void {
  schedule16(from);
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i]! + schedule[i]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
  state[5]! += f;
  state[6]! += g;
  state[7]! += h;
}

/**
 * Writes the first `bytes` (a multiple of 4, at most 32) of the SHA-256 of the text's UTF-8 to `out` at `offset`.
 * In JavaScript, because the platform's are made for large inputs: WebCrypto answers through a promise, and
 * `createHash` makes a stream object each time, 7 µs for an id where this takes 1.
 */
export function sha256Into(text: string, out: DataView, offset: number, bytes: number): void {
  const end = pad(writeUtf8(text));
  // The fractional parts of the square roots of the first 8 primes (§5.3.3).
  state[0] = 0x6a09e667;
  state[1] = 0xbb67ae85;
  state[2] = 0x3c6ef372;
  state[3] = 0xa54ff53a;
  state[4] = 0x510e527f;
  state[5] = 0x9b05688c;
  state[6] = 0x1f83d9ab;
  state[7] = 0x5be0cd19;
  for (let at = 0; at < end; at += BLOCK_BYTES) compress(at);
  for (let i = 0; i * 4 < bytes; i++) out.setInt32(offset + i * 4, state[i]!);
}
