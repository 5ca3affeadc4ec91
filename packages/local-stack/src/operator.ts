/**
 * The stack as a user: signs the demo owner in and calls the same API as the portal and the CLI, so that permissions are checked
 * and every change is in the ledger.
 */
import { type Api, createApi, createCaller, createContext, parseApiEnv, signIn, signOut } from "@kluis/api";
import { CONTOSO_TENANT_ID, demoPeople } from "@kluis/local-azure";
import { z } from "zod";
import { readTextIfExists } from "./files.ts";
import { type HomeLayout, replaceSecret } from "./home.ts";

export type Caller = ReturnType<typeof createCaller>;

const cliSchema = z.object({ url: z.string(), token: z.string() });
const LOOPBACK = "127.0.0.1";

export interface Operator {
  readonly api: Api;
  /** Returns a caller of the API with the demo owner's CLI token. */
  readonly caller: () => Promise<Caller>;
  close(): Promise<void>;
}

/** Opens the API and ensures that KLUIS_HOME/cli.json holds a valid token of the demo owner. */
export async function openOperator(
  env: Readonly<Record<string, string>>,
  layout: HomeLayout,
  url: string,
): Promise<Operator> {
  const api = await createApi({ env: parseApiEnv(env) });
  try {
    const token = await cliToken(api, layout, url);
    const caller = async (): Promise<Caller> =>
      createCaller(await createContext(api, { bearerToken: token, ip: LOOPBACK }));
    return { api, caller, close: () => api.close() };
  } catch (error) {
    await api.close();
    throw error;
  }
}

/** Returns the token in cli.json when it is still valid, else creates one. */
async function cliToken(api: Api, layout: HomeLayout, url: string): Promise<string> {
  const text = await readTextIfExists(layout.cli);
  const known = text === null ? undefined : cliSchema.safeParse(JSON.parse(text)).data;
  if (known !== undefined) {
    const context = await createContext(api, { bearerToken: known.token, ip: LOOPBACK });
    if (context.who !== null) {
      if (known.url !== url) await replaceSecret(layout.cli, JSON.stringify({ url, token: known.token }));
      return known.token;
    }
  }
  const { olivia } = demoPeople;
  const session = await signIn(api, {
    tid: CONTOSO_TENANT_ID,
    oid: olivia.oid,
    name: olivia.name,
    username: olivia.userName,
    groups: [...olivia.groups],
    ip: LOOPBACK,
  });
  const context = await createContext(api, { sessionToken: session.sessionToken, ip: LOOPBACK });
  const caller = createCaller(context);
  const { permissions } = await caller.me.get();
  const made = await caller.tokens.create({
    name: "CLI of this machine",
    permissions,
    expiresInDays: 365,
    idleDays: 365,
  });
  await signOut(api, session.sessionToken);
  await replaceSecret(layout.cli, JSON.stringify({ url, token: made.secret }));
  return made.secret;
}
