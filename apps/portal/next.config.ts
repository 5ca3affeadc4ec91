import path from "node:path";
import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";
import { commonSecurityHeaders } from "./src/server/security-headers.ts";

/**
 * The portal runs as a plain Node server behind loopback. Packages of the workspace are TypeScript sources, so Next
 * compiles them; packages with native code or require hooks stay outside the bundle.
 */
const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  compress: true,
  transpilePackages: [
    "@kluis/api",
    "@kluis/azure",
    "@kluis/db",
    "@kluis/domain",
    "@kluis/reports",
    "@kluis/vault",
  ],
  serverExternalPackages: [
    "@azure/core-rest-pipeline",
    "@azure/identity",
    "@azure/keyvault-keys",
    "@azure/storage-blob",
    "@azure/msal-node",
    "@prisma/adapter-pg",
    "@prisma/client",
    "@napi-rs/blake-hash",
    "graphile-worker",
    "pg",
    "pino",
    "temporal-polyfill",
  ],
  headers: async () => [{ source: "/:path*", headers: [...commonSecurityHeaders] }],
  turbopack: {
    root: path.resolve(import.meta.dirname, "../.."),
    // Messages arrive compiled (src/i18n/compiled.ts), so the browser gets no ICU parser.
    resolveAlias: { "use-intl/format-message": "use-intl/format-message/format-only" },
  },
  outputFileTracingRoot: path.resolve(import.meta.dirname, "../.."),
};

export default createNextIntlPlugin("./src/i18n/request.ts")(config);
