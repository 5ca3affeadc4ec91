import { azureClouds, textLine } from "@kluis/domain";
import { z } from "zod";

/** A name in lists and messages; commands refer to it. */
export const settingName = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u, "Use letters, digits, spaces, dots and dashes.");

const guid = z.guid().toLowerCase();
/** Longer than any client secret, and than a certificate with its chain and key. */
const secret = z.string().trim().min(1).max(16_384);

const pem = secret.refine(
  (text) => /-----BEGIN CERTIFICATE-----/.test(text) && /-----BEGIN (?:RSA )?PRIVATE KEY-----/.test(text),
  "Give the certificate and its private key, both as PEM.",
);

export const credentialInput = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("secret"), clientId: guid, secret }),
  z.strictObject({ kind: z.literal("certificate"), clientId: guid, certificate: pem }),
  /** `clientId` null: the identity that Azure assigned to the machine. */
  z.strictObject({ kind: z.literal("managed-identity"), clientId: guid.nullable().default(null) }),
  z.strictObject({ kind: z.literal("workload-identity"), clientId: guid }),
]);
export type CredentialInput = z.infer<typeof credentialInput>;

/** Id or name. */
const connection = textLine.min(1).max(80);
export const connectionInput = z.strictObject({ connection });

export const addConnectionInput = z.strictObject({
  name: settingName,
  cloud: z.enum(azureClouds).default("public"),
  tenantId: guid,
  credential: credentialInput,
});
export type AddConnectionInput = z.infer<typeof addConnectionInput>;

export const updateConnectionInput = z.strictObject({
  connection,
  name: settingName.optional(),
  /** Only while the connection has never worked. */
  tenantId: guid.optional(),
  /** All subscriptions to read; those left out are released. */
  subscriptions: z.array(guid).max(200).optional(),
});
export type UpdateConnectionInput = z.infer<typeof updateConnectionInput>;

export const rotateConnectionInput = z.strictObject({ connection, credential: credentialInput });
export type RotateConnectionInput = z.infer<typeof rotateConnectionInput>;
