import { COMPACTION } from "../core/compaction.ts";

/** Cuts what is written into equal parts of a multipart upload; the last one may be smaller. */
export class PartWriter {
  readonly #upload: Pick<R2MultipartUpload, "uploadPart" | "complete" | "abort">;
  readonly #uploaded: R2UploadedPart[] = [];
  #part = new Uint8Array(COMPACTION.partBytes);
  #filled = 0;
  /** Written so far. */
  bytes = 0;

  constructor(upload: Pick<R2MultipartUpload, "uploadPart" | "complete" | "abort">) {
    this.#upload = upload;
  }

  async write(piece: Uint8Array): Promise<void> {
    let rest = piece;
    while (rest.byteLength > 0) {
      const taken = rest.subarray(0, this.#part.byteLength - this.#filled);
      this.#part.set(taken, this.#filled);
      this.#filled += taken.byteLength;
      this.bytes += taken.byteLength;
      rest = rest.subarray(taken.byteLength);
      if (this.#filled === this.#part.byteLength) await this.#send();
    }
  }

  /** Completes the upload; nothing written leaves no object. */
  async finish(): Promise<void> {
    if (this.#filled > 0) await this.#send();
    if (this.bytes === 0) await this.#upload.abort();
    else await this.#upload.complete(this.#uploaded);
  }

  async #send(): Promise<void> {
    const part = this.#part.subarray(0, this.#filled);
    this.#uploaded.push(await this.#upload.uploadPart(this.#uploaded.length + 1, part));
    this.#filled = 0;
  }
}
