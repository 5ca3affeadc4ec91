import { type Api, createApi, parseApiEnv } from "@kluis/api";
import { createEntra, type Entra } from "#server/entra.ts";
import { portalEnv } from "../env.ts";

/** Lives as long as the process: the API with its database pool, and the Entra client with its keys. */
interface Running {
  api?: Promise<Api> | undefined;
  entra?: Promise<Entra> | undefined;
}

// A development server reloads modules at each change; the connections must survive that.
const holder = globalThis as typeof globalThis & { kluisPortal?: Running };

function running(): Running {
  holder.kluisPortal ??= {};
  return holder.kluisPortal;
}

/** The API of this process, created at the first request. After a failure the next request tries again. */
export async function getApi(): Promise<Api> {
  const parts = running();
  const api = parts.api ?? createApi({ env: parseApiEnv(process.env) });
  parts.api = api;
  try {
    return await api;
  } catch (error) {
    parts.api = undefined;
    throw error;
  }
}

/** The Entra client of this process, created at the first sign-in. */
export async function getEntra(): Promise<Entra> {
  const parts = running();
  const entra = parts.entra ?? createEntra(portalEnv().entra);
  parts.entra = entra;
  try {
    return await entra;
  } catch (error) {
    parts.entra = undefined;
    throw error;
  }
}
