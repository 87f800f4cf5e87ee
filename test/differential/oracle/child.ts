// The oracle: untouched upstream packages in a Node process of their own. Cases come as lines of JSON on stdin,
// observations go as lines of JSON to stdout.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { Capture } from "../capture.ts";
import { ENVIRONMENT, type DifferentialCase } from "../case.ts";
import { cutTimers, freezeRealm } from "./freeze.ts";
import { freezeNodeCrypto } from "./node-crypto.ts";
import { forbidOthers, rerouteTo } from "./reroute.ts";
import { rerouteHttp2 } from "./reroute-http2.ts";
import { observe } from "./run.ts";
import { loadUpstream } from "./upstream.ts";

const capture = new Capture();
const server = createServer(capture.handle);
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;

let current: DifferentialCase | undefined;
Object.assign(process.env, ENVIRONMENT);
rerouteTo(port);
forbidOthers([port, await rerouteHttp2(capture)]);
freezeRealm();
freezeNodeCrypto();
cutTimers(() => current);
// The catalogue's code logs for Segment's operators.
console.log = console.info = console.warn = console.error = () => undefined;
const upstream = loadUpstream();

for await (const line of createInterface({ input: process.stdin })) {
  current = JSON.parse(line) as DifferentialCase;
  process.stdout.write(`${JSON.stringify(await observe(current, upstream, capture))}\n`);
}
process.exit(0);
