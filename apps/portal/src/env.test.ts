import { KluisError } from "@kluis/domain";
import { describe, expect, it } from "vitest";
import { parsePortalEnv } from "./env.ts";

const least = {
  KLUIS_ENTRA_TENANT_ID: "11111111-2222-3333-4444-555555555555",
  KLUIS_ENTRA_CLIENT_ID: "client",
  KLUIS_ENTRA_CLIENT_SECRET_FILE: "/etc/kluis/secret",
};

describe("parsePortalEnv", () => {
  it("defaults to Entra's public endpoints", () => {
    const env = parsePortalEnv(least);
    expect(env.publicUrl).toBe("http://localhost:3000");
    expect(env.entra.authority).toBe(
      "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555",
    );
    expect(env.entra.issuer).toBe(`${env.entra.authority}/v2.0`);
    expect(env.entra.jwksUri).toBe(`${env.entra.authority}/discovery/v2.0/keys`);
  });

  it("reads every endpoint from the environment, also plain http on loopback, and reduces the public URL to its origin", () => {
    const env = parsePortalEnv({
      ...least,
      KLUIS_PUBLIC_URL: "https://kluis.example/",
      KLUIS_ENTRA_AUTHORITY: "https://login.local/t",
      KLUIS_ENTRA_TOKEN_ENDPOINT: "http://127.0.0.1:9/t/token",
    });
    expect(env.publicUrl).toBe("https://kluis.example");
    expect(env.entra.tokenEndpoint).toBe("http://127.0.0.1:9/t/token");
  });

  it("refuses a public URL with a path, which no page could be below", () => {
    expect(() => parsePortalEnv({ ...least, KLUIS_PUBLIC_URL: "https://example.org/kluis" })).toThrowError(
      /KLUIS_PUBLIC_URL: must have no path/u,
    );
  });

  it("names every setting that is missing or wrong", () => {
    const read = () => parsePortalEnv({ ...least, KLUIS_ENTRA_CLIENT_ID: "", KLUIS_PORT: "0" });
    expect(read).toThrowError(KluisError);
    expect(read).toThrowError(/KLUIS_PORT.*KLUIS_ENTRA_CLIENT_ID/su);
  });

  it("refuses an authority that MSAL would refuse", () => {
    expect(() => parsePortalEnv({ ...least, KLUIS_ENTRA_AUTHORITY: "http://127.0.0.1/t" })).toThrowError(
      /https/u,
    );
  });
});
