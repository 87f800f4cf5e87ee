import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { RUN_HEADER, URL_HEADER } from "../case.ts";
import { currentRun } from "./current-run.ts";
import type { Capture } from "../capture.ts";

/** As reroute.ts, for what speaks HTTP/2 (the AWS SDK to Kinesis). Gives the port, which is to be allowed. */
export async function rerouteHttp2(capture: Capture): Promise<number> {
  const server = http2.createServer();
  server.on("request", (request, response) => capture.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const connect = http2.connect;
  http2.connect = ((authority: string | URL) => {
    const session = connect(`http://127.0.0.1:${port}`);
    const request = session.request.bind(session);
    session.request = (headers = {}, options) => {
      const url = new URL(String((headers as http2.OutgoingHttpHeaders)[":path"] ?? "/"), authority).href;
      return request(
        { ...headers, [RUN_HEADER]: currentRun.getStore()?.name, [URL_HEADER]: url } as http2.OutgoingHttpHeaders,
        options,
      );
    };
    return session;
  }) as typeof http2.connect;
  return port;
}
