import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";

/**
 * Zstandard by the runtime's own code, for writing and for reading our files with hyparquet. Against the writer's Snappy,
 * which is JavaScript: see `bench/parquet.ts`.
 */
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

export const COMPRESSORS = { ZSTD: (input: Uint8Array): Uint8Array => zstdCompressSync(input, LEVEL) };

/** What hyparquet's `compressors` option needs to read our files. */
export const DECOMPRESSORS = { ZSTD: (input: Uint8Array): Uint8Array => zstdDecompressSync(input) };
