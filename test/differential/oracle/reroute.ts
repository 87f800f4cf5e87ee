import http from "node:http";
import https from "node:https";
import net from "node:net";
import { URL as NodeURL, urlToHttpOptions } from "node:url";
import { RUN_HEADER, URL_HEADER } from "../case.ts";
import { currentRun } from "./current-run.ts";

type Options = http.RequestOptions & { readonly headers?: http.OutgoingHttpHeaders };

const optionsOf = (url: string | URL): Options => urlToHttpOptions(new NodeURL(String(url))) as Options;

/** Sends every HTTP/1.1 request of this process to `port` of this machine. */
export function rerouteTo(port: number): void {
  const request = http.request.bind(http);
  const agent = new http.Agent({ keepAlive: false });
  const reroute =
    (scheme: "http:" | "https:") =>
    (first: string | URL | Options, ...rest: unknown[]): http.ClientRequest => {
      const isUrl = typeof first === "string" || first instanceof URL;
      const fromUrl = isUrl ? optionsOf(first) : first;
      const more = isUrl && typeof rest[0] === "object" && rest[0] !== null ? (rest[0] as Options) : {};
      const given: Options = { ...fromUrl, ...more };
      const host = originOf(given);
      const run = currentRun.getStore();
      const headers = {
        ...given.headers,
        host,
        [RUN_HEADER]: run?.name,
        [URL_HEADER]: `${given.protocol ?? scheme}//${host}${given.path ?? "/"}`,
      };
      const { method, auth, signal } = given;
      const to = { method, auth, signal, path: given.path, headers, host: "127.0.0.1", port, agent };
      const callback = rest.find((one) => typeof one === "function") as
        | ((answer: http.IncomingMessage) => void)
        | undefined;
      const begun = request(
        Object.fromEntries(Object.entries(to).filter(([, value]) => value !== undefined)),
        callback,
      );
      run?.begin(begun);
      return begun;
    };
  http.request = reroute("http:") as typeof http.request;
  https.request = reroute("https:") as typeof https.request;
}

function originOf({ host, hostname, port, protocol }: Options): string {
  const name = hostname ?? host ?? "";
  const usual = protocol === "http:" ? 80 : 443;
  return port === undefined || port === null || Number(port) === usual || String(port) === ""
    ? name
    : `${name}:${port}`;
}

/** Connecting to anything but these ports is an error from now on. */
export function forbidOthers(ports: readonly number[]): void {
  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function guarded(this: net.Socket, ...given: unknown[]): net.Socket {
    const flat = given.flat()[0];
    const allowed = typeof flat === "object" && flat !== null && "port" in flat && ports.includes(Number(flat.port));
    if (!allowed) throw new Error(`nothing may leave this test: ${JSON.stringify(flat)}`);
    return Reflect.apply(connect, this, given) as net.Socket;
  } as typeof connect;
}
