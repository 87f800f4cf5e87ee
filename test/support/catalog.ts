import { env } from "cloudflare:workers";
import type { CatalogRpc } from "../../src/bindings/catalog.ts";
import { SourceInput, type Directory, type Refusal, type SourceView } from "../../src/core/catalog.ts";
import type { FilterInput } from "../../src/core/filter-record.ts";
import type { Result } from "../../src/core/result.ts";
import type { SubscriptionInput } from "../../src/core/subscription.ts";

let next = 0;
/** A fresh Catalog for each test, so that none sees another's sources. */
export const newCatalog = (): CatalogStub => env.CATALOG.getByName(`test-${next++}`) as unknown as CatalogStub;
/** With its methods' own types (bindings/catalog.ts), and with what `runInDurableObject` needs. */
export type CatalogStub = CatalogRpc & DurableObjectStub;

export const make = async (
  catalog: CatalogStub,
  input: Partial<SourceInput> & { name: string },
): Promise<SourceView> => {
  const made = await catalog.createSource(SourceInput.parse(input));
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
};
export const directoryOf = async (catalog: CatalogStub): Promise<Directory> => {
  const directory = await catalog.directory();
  if (directory === "unchanged") throw new Error("asked without a version");
  return directory;
};
export const find = async (catalog: CatalogStub, id: string) =>
  (await directoryOf(catalog)).sources.find((source) => source.id === id);

export const addWebhook = async (catalog: CatalogStub, sourceId: string) => {
  const made = await catalog.createDestination({
    sourceIds: [sourceId],
    consentCategories: [],
    subscriptions: [],
    metadataId: "webhook",
    integrationName: "Webhook",
    name: "Orders hook",
    enabled: true,
    settings: { url: "https://hooks.example/in" },
    secrets: { sharedSecret: "very-secret-value" },
  });
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
};

/** A subscription of the webhook, as the API hands it to the Catalog. */
export const subscription = (name: string, enabled = false): SubscriptionInput => ({
  name,
  enabled,
  actionId: "send",
  trigger: 'type = "track"',
  mapping: { data: { "@path": "$." }, nested: { list: [1, { deep: null }] } },
});

/** A filter that drops everything of a source. */
export const dropAll = (sourceId: string, title: string): FilterInput => ({
  sourceId,
  title,
  if: "all",
  actions: [{ type: "DROP" }],
  enabled: true,
});

/** The value of an answer; a refusal fails the test. */
export async function given<T>(answer: Promise<Result<T, Refusal>>): Promise<T> {
  const result = await answer;
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}
