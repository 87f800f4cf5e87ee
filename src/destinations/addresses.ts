/**
 * IPv4 networks that are no public internet, with the length of their prefix (IANA special-purpose registry), and the
 * one address of the public range that clouds use inside (Azure's platform).
 */
const CLOSED_V4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

/** The four numbers as one; undefined when it is no dotted quad. URL has turned decimal, octal and hex forms into one. */
function parseV4(host: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

const isClosedV4 = (address: number): boolean =>
  CLOSED_V4.some(([network, bits]) => {
    const size = 2 ** (32 - bits);
    return Math.floor(address / size) === Math.floor(parseV4(network)! / size);
  });

/** The eight groups of an IPv6 address as URL writes it, without brackets; undefined when it is none. */
function parseV6(text: string): number[] | undefined {
  const sides = text.split("::").map((side) => (side === "" ? [] : side.split(":")));
  const [head = [], tail = []] = sides;
  const missing = 8 - head.length - tail.length;
  if (sides.length > 2 || missing < 0 || (sides.length === 1 && missing > 0)) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => "0"), ...tail];
  return groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))
    ? groups.map((group) => parseInt(group, 16))
    : undefined;
}

/** Prefixes that carry an IPv4 address in their last two groups: mapped, compatible, translated (RFC 6052). */
const carriesV4 = (groups: readonly number[]): boolean => {
  const start = groups.slice(0, 6).join(":");
  return ["0:0:0:0:0:65535", "0:0:0:0:0:0", "0:0:0:0:65535:0", "100:65435:0:0:0:0"].includes(start);
};

/** Only global unicast (2000::/3) is the internet, and not its parts for documentation, tunnels and benchmarks. */
function isClosedV6(groups: readonly number[]): boolean {
  const [first = 0, second = 0, third = 0] = groups;
  if (carriesV4(groups)) return isClosedV4(groups[6]! * 65_536 + groups[7]!);
  // 6to4 carries an IPv4 address after its prefix.
  if (first === 0x2002) return isClosedV4(second * 65_536 + third);
  if (first < 0x2000 || first > 0x3fff) return true;
  if (first === 0x3fff && second < 0x1000) return true;
  return first === 0x2001 && (second === 0xdb8 || second < 0x200);
}

/** Names that lead into a private network, or to the machine itself, wherever they are asked. */
const CLOSED_NAME =
  /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|private|svc|consul|lan|home\.arpa|fritz\.box|ts\.net|corp|home|test|invalid|onion)$/;

/** Whether a host, as in closedHost, is the machine that asks: loopback in any form, or no address at all. */
export function isThisMachine(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  const groups = name.startsWith("[") ? parseV6(name.slice(1, -1)) : undefined;
  if (groups?.join(":") === "0:0:0:0:0:0:0:1") return true;
  const carried = groups !== undefined && carriesV4(groups) ? groups[6]! * 65_536 + groups[7]! : parseV4(name);
  return carried === 0 || (carried !== undefined && Math.floor(carried / 2 ** 24) === 127);
}

/**
 * Why a host may not be reached from here; undefined when it may. What a public name resolves to cannot be seen in a
 * Worker: there the runtime's own network has no private hosts.
 * @param host of a parsed URL, which has brought every spelling of an address into one form.
 */
export function closedHost(host: string): string | undefined {
  const name = host.toLowerCase().replace(/\.$/, "");
  if (name.startsWith("[")) {
    const groups = parseV6(name.slice(1, -1));
    return groups === undefined || isClosedV6(groups) ? `${host} is not a public address` : undefined;
  }
  const address = parseV4(name);
  if (address !== undefined) return isClosedV4(address) ? `${host} is not a public address` : undefined;
  if (name.split(".").includes("")) return `${host} is no name of a host`;
  if (!name.includes(".") || CLOSED_NAME.test(name)) return `${host} is a name of a private network`;
  return undefined;
}
