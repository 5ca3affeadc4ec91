import { expect, test } from "vitest";
import { credentialProblems, emptyTenant, isSettingName, tenantProblems, toCredential } from "./form.ts";

const id = "7c3f9b52-4a1e-4c0d-9f27-5d1b6e80a001";

test("a tenant needs a name and an id", () => {
  expect(tenantProblems(emptyTenant)).toEqual({ name: "nameWrong", tenantId: "guidWrong" });
  expect(tenantProblems({ name: "Fabrikam", tenantId: ` ${id} `, cloud: "public" })).toEqual({});
  expect([isSettingName("Zürich 2"), isSettingName(" -x"), isSettingName("a".repeat(61))]).toEqual([
    true,
    false,
    false,
  ]);
});

test("each kind of credential has its own fields", () => {
  const wrong = { clientId: "", secret: "" };
  expect(credentialProblems({ kind: "secret", ...wrong })).toEqual({
    clientId: "guidWrong",
    secret: "secretWrong",
  });
  expect(credentialProblems({ kind: "certificate", clientId: id, secret: "x" })).toEqual({
    secret: "certificateWrong",
  });
  expect(credentialProblems({ kind: "managed-identity", ...wrong })).toEqual({});
  expect(credentialProblems({ kind: "workload-identity", ...wrong })).toEqual({ clientId: "guidWrong" });
  expect(toCredential({ kind: "managed-identity", ...wrong })).toEqual({
    kind: "managed-identity",
    clientId: null,
  });
  expect(toCredential({ kind: "secret", clientId: id, secret: " s " })).toEqual({
    kind: "secret",
    clientId: id,
    secret: "s",
  });
});
