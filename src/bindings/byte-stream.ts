/**
 * What a generator yields, as a stream: it goes on only when the reader asks for more, and ends when the reader goes
 * away (`stop` is called first, for generators that are busy between two yields).
 */
export function streamOf(parts: AsyncGenerator<Uint8Array>, stop?: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await parts.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        stop?.();
        await parts.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
