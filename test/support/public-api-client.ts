import { DestinationsApi, SourcesApi, unwrap } from "@segment/public-api-sdk-typescript";
import { startHookServer, type HookServer } from "./hook-server.ts";
import { startInlet } from "./server.ts";

export const PAGE = { count: 100 };

interface Api {
  basePath: string;
  accessToken: string | (() => string);
}

/** The product, somebody's webhook, and Segment's own TypeScript client as published: only its base path leads here. */
export async function startWithClient() {
  const inlet = await startInlet({ INLET_ALLOW_PRIVATE_HOSTS: "true" });
  const hook: HookServer = await startHookServer();
  const client = <T extends Api>(api: new (basePath: string) => T): T => {
    const made = new api(new URL("/api", inlet.url).href);
    made.accessToken = inlet.adminToken;
    return made;
  };
  return {
    inlet,
    hook,
    client,
    async makeSource(slug: string) {
      const input = { slug, enabled: true, metadataId: "server", settings: {} };
      return (await unwrap(client(SourcesApi).createSource(input))).source;
    },
    async makeWebhook(sourceId: string) {
      const settings = { url: hook.url, sharedSecret: "never-shown-again" };
      const input = { sourceId, metadataId: "webhook", settings };
      return (await unwrap(client(DestinationsApi).createDestination(input))).destination;
    },
    async stop() {
      await inlet.stop();
      await hook.stop();
    },
  };
}
export type Rig = Awaited<ReturnType<typeof startWithClient>>;
