/** Cuts text that comes in pieces into its lines; blank ones are left out. */
export class LineSplitter {
  #rest = "";

  /** The lines that end within this piece. */
  push(piece: string): readonly string[] {
    const lines = `${this.#rest}${piece}`.split("\n");
    this.#rest = lines.pop() ?? "";
    return lines.filter(isLine);
  }

  /** What came after the last line break; nothing comes after it. */
  end(): readonly string[] {
    const rest = this.#rest;
    this.#rest = "";
    return [rest].filter(isLine);
  }
}

const isLine = (line: string): boolean => line.trim() !== "";
