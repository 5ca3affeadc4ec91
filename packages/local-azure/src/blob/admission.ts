/** Who reaches the bytes of a disk: the URL, the network that a request comes from, and the caller's token. */
import type { IncomingMessage } from "node:http";
import { isAllowed } from "../arm/authorization/roles.ts";
import type { Entra } from "../entra/index.ts";
import type { Grant } from "../state/model.ts";
import type { World } from "../world.ts";
import { authenticationFailed, authorizationFailure, blobNotFound, permissionMismatch } from "./errors.ts";
import { type AccessTarget, accessFactsOf, findTarget } from "./target.ts";

const AUDIENCE = "https://disk.azure.com";

/** The target of a request that may reach it. @throws BlobError 403, 404 */
export async function admit(
  { world, entra }: { world: World; entra: Entra },
  { req, url }: { req: IncomingMessage; url: URL },
): Promise<AccessTarget> {
  const grant = world.sas.find(world.state, url, world.clock.now());
  if (!grant) throw authenticationFailed(world.sas.problem(world.state, url, world.clock.now()));
  const target = findTarget(world.state, grant.resourceId);
  if (!target) throw blobNotFound();
  const facts = accessFactsOf(world.state, target);
  checkNetwork(world, facts);
  if (facts.dataAccessAuthMode === "AzureActiveDirectory")
    await checkCaller({ world, entra }, req, { grant, target });
  return target;
}

/** AllowPrivate opens the private endpoint only; without public access nothing else is open. */
function checkNetwork(
  world: World,
  { networkAccessPolicy, publicNetworkAccess }: ReturnType<typeof accessFactsOf>,
): void {
  const isPrivate = world.state.settings.privateLink;
  const open =
    networkAccessPolicy === "AllowPrivate"
      ? isPrivate
      : networkAccessPolicy !== "DenyAll" && publicNetworkAccess !== "Disabled";
  if (!open) throw authorizationFailure();
}

/** The URL alone is not enough: the caller needs a token for disks and the data action. */
async function checkCaller(
  { world, entra }: { world: World; entra: Entra },
  req: IncomingMessage,
  { grant, target }: { grant: Grant; target: AccessTarget },
): Promise<void> {
  const [, token] = /^Bearer (.+)$/i.exec(req.headers.authorization ?? "") ?? [];
  if (token === undefined) throw authenticationFailed();
  const principal = await entra.verifyAccessToken(token, AUDIENCE).catch(() => undefined);
  if (!principal) throw authenticationFailed();
  const type = target.kind === "disk" ? "disks" : "snapshots";
  const action = `Microsoft.Compute/${type}/${grant.access === "Write" ? "upload" : "download"}/action`;
  if (!isAllowed(world.state, principal, { action, scope: target.id, data: true }))
    throw permissionMismatch();
}
