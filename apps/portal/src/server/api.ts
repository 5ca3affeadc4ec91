import { type Api, createApi, parseApiEnv } from "@kluis/api";
import { createEntra, type Entra } from "#server/entra.ts";
import { portalEnv } from "../env.ts";

/** Singletons of the process: the API with its database pool, and the Entra client. */
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

/** Returns the API of this process. Failures are not cached: the next request tries again. */
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

/** Returns the Entra client of this process. Failures are not cached. */
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
