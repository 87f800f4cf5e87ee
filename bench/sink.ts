import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const LINE_BREAK = 10;

/** The far end of every destination: accepts everything at once, single events and batches of one a line. */
export async function startSink() {
  let received = 0;
  let lastAt = 0;
  const sink = createServer((request, response) => {
    const batch = request.headers["content-type"] === "application/x-ndjson";
    let lines = 0;
    request.on("data", (part: Buffer) => part.forEach((byte) => (lines += byte === LINE_BREAK ? 1 : 0)));
    request.on("end", () => {
      received += batch ? lines : 1;
      lastAt = performance.now();
      response.writeHead(200, { "content-length": "0" }).end();
    });
  });
  await new Promise<void>((resolve) => sink.listen(0, "127.0.0.1", resolve));
  const { port } = sink.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    received: () => received,
    lastAt: () => lastAt,
    stop: () => void sink.close().closeAllConnections(),
  };
}
