/** Whether a reason's sentence begins with its code, as those of HTTP statuses do: the code beside it would be said twice. */
export const saysCode = (sentence: string | undefined, reason: string): boolean =>
  sentence?.startsWith(`${reason}:`) === true;

/** A reason on one line, to choose it by. */
export const reasonLine = (reason: string, sentence: string): string =>
  saysCode(sentence, reason) ? sentence : `${reason} · ${sentence}`;
