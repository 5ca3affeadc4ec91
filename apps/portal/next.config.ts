import path from "node:path";
import type { NextConfig } from "next";
import { commonSecurityHeaders } from "./src/server/security-headers.ts";

/**
 * The portal runs as a plain Node server behind loopback. Packages of the workspace are TypeScript sources, so Next
 * compiles them; what carries native code or its own require hooks stays outside the bundle.
 */
const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  compress: true,
  transpilePackages: ["@kluis/api", "@kluis/db", "@kluis/domain", "@kluis/reports", "@kluis/vault"],
  serverExternalPackages: [
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
  turbopack: { root: path.resolve(import.meta.dirname, "../..") },
  outputFileTracingRoot: path.resolve(import.meta.dirname, "../.."),
};

export default config;
