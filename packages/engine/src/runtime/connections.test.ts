import { expect, test } from "vitest";
import { environmentCredential } from "./connections.ts";

const place = { tenantId: "t", authorityHost: "https://login.example", armUrl: "https://arm.example" };
const row = { ...place, name: "main", credentialKind: "secret", clientId: "c" } as const;
const credential = { kind: "secret", clientId: "c", secret: "s" } as const;

test("the environment's credential is used only for the identity that the row describes", () => {
  expect(environmentCredential(row, { ...place, credential })).toBe(credential);
  const others = [
    null,
    { ...place, tenantId: "u", credential },
    { ...place, armUrl: "https://other.example", credential },
    { ...place, credential: { ...credential, clientId: "d" } },
    { ...place, credential: { kind: "certificate", clientId: "c", certificate: "pem" } as const },
    { ...place, credential: { kind: "managed-identity", clientId: null } as const },
  ];
  for (const other of others) {
    expect(environmentCredential(row, other)).toMatchObject({
      code: "CONNECTION_UNUSABLE",
      reason: "environment",
    });
  }
});
