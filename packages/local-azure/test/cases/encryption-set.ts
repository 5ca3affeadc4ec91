/** The encryption set and the encryption that the statements use. */
import { type Azure, compute, REGION } from "./azure.ts";

export const setId = compute("diskEncryptionSets/set");
export const customerKey = { type: "EncryptionAtRestWithCustomerKey", diskEncryptionSetId: setId };

export async function seedEncryptionSet(azure: Azure): Promise<void> {
  await azure.done("PUT", setId, {
    body: {
      location: REGION,
      identity: { type: "SystemAssigned" },
      properties: {
        encryptionType: "EncryptionAtRestWithCustomerKey",
        activeKey: { keyUrl: "https://cases.vault.azure.net/keys/disks/0123456789abcdef0123456789abcdef" },
      },
    },
  });
}
