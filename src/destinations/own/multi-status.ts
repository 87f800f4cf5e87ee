import type { MultiStatusResponse } from "@segment/actions-core";
import { loadCore } from "../engine/modules.ts";

/** What became of one event of a batch. */
export interface ItemResult {
  readonly status: number;
  /** A sentence; for failures. */
  readonly message?: string;
}

const succeeded = ({ status }: ItemResult): boolean => status >= 200 && status < 300;

/** Tells the engine of each event of a batch, in their order. */
export async function perItem(results: readonly ItemResult[]): Promise<MultiStatusResponse> {
  const core = await loadCore();
  const response = new core.MultiStatusResponse();
  for (const result of results) {
    const { status, message = "" } = result;
    if (succeeded(result)) response.pushSuccessResponse({ status, sent: {}, body: {} });
    else response.pushErrorResponse({ status, errormessage: message, body: message });
  }
  return response;
}
