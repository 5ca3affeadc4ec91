/** References to secrets of a key vault in VMs and extensions. The secrets themselves are nowhere here. */
import { z } from "zod";

const sourceVault = z.strictObject({ id: z.string().exactOptional() });

/** Certificates that Azure puts into a VM. */
export const vaultCertificatesSchema = z.array(
  z.strictObject({
    sourceVault: sourceVault.exactOptional(),
    vaultCertificates: z
      .array(
        z.strictObject({
          certificateUrl: z.string().exactOptional(),
          certificateStore: z.string().exactOptional(),
        }),
      )
      .exactOptional(),
  }),
);

export const vaultSecretSchema = z.strictObject({ secretUrl: z.string(), sourceVault });
