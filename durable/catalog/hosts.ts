import type { Room } from "./room.ts";

/** A workspace is reached under a handful of hosts; the oldest makes room. */
const MOST_HOSTS = 50;
const MOST_CHARS = 300;

const read = ({ store }: Room): string[] => JSON.parse(store.meta("hosts") ?? "[]") as string[];

/** Hosts, each with its port when it has one, under which the owner has used this Inlet. */
export const ownHosts = (room: Room): string[] => read(room);

/** The directory does not hold them, so its version stays. */
export function noteHost(room: Room, host: string): void {
  const hosts = read(room);
  if (host.length > MOST_CHARS || hosts.includes(host)) return;
  room.store.putMeta("hosts", JSON.stringify([...hosts, host].slice(-MOST_HOSTS)));
}
