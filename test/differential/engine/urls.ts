import { URL_HEADER } from "../case.ts";

/** Makes every fetch of the realm say its whole URL: the capturing server sees only host and path. */
export function tellUrls(): void {
  const real = globalThis.fetch;
  const telling = (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    request.headers.set(URL_HEADER, request.url.replace(/#.*$/, ""));
    return real(request);
  };
  Object.defineProperty(globalThis, "fetch", { value: telling, configurable: true, writable: true });
}
