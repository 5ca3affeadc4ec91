/** Microsoft.Network as VMs need it: interfaces, addresses, networks and security groups are read. */
import type { State } from "../../state/model.ts";
import { ArmError, resourceNotFound } from "../errors.ts";
import { groupId, keyOf } from "../ids.ts";
import { page } from "../lists.ts";
import type { ArmPart } from "../part.ts";
import { groupOf, type ResourceType, type Tracked, trackType } from "../resource-types.ts";
import { type ArmCall, type ArmReply, type ArmRoute, expandOf, param, routes } from "../router.ts";
import { notHere } from "../vms/vm-errors.ts";
import { addressBody, interfaceBody, networkBody, securityGroupBody, subnetBody } from "./bodies.ts";

const subscription = "/subscriptions/{subscription}";
const inSubscription = `${subscription}/providers/Microsoft.Network`;
const inGroup = `${subscription}/resourceGroups/{group}/providers/Microsoft.Network`;

interface NetworkType<T> extends ResourceType<T> {
  body(state: State, resource: T, expand: ReadonlySet<string>): object;
}

function networkType<T extends Tracked>(
  name: string,
  records: (state: State) => Record<string, T>,
  body: NetworkType<T>["body"],
): NetworkType<T> {
  const type = { name, parameter: "resource", api: "network", family: "operations", records, body } as const;
  trackType({ ...type, namespace: "Microsoft.Network" });
  return type;
}

const interfaces = networkType("networkInterfaces", (state) => state.networkInterfaces, interfaceBody);
const addresses = networkType("publicIPAddresses", (state) => state.publicIpAddresses, addressBody);
const networks = networkType("virtualNetworks", (state) => state.virtualNetworks, networkBody);
const groups = networkType(
  "networkSecurityGroups",
  (state) => state.networkSecurityGroups,
  securityGroupBody,
);

/** The resource that a call names. @throws ArmError 404 */
function resourceOf<T extends Tracked>(call: ArmCall, type: NetworkType<T>): T {
  const { subscriptionId, group } = groupOf(call);
  const name = param(call, "resource");
  const id = `${groupId(subscriptionId, group)}/providers/Microsoft.Network/${type.name}/${name}`;
  const found = type.records(call.world.state)[keyOf(id)];
  if (found) return found;
  throw resourceNotFound(`Microsoft.Network/${type.name}`, name, param(call, "group"));
}

function list<T extends Tracked>(call: ArmCall, type: NetworkType<T>): ArmReply {
  const { state } = call.world;
  const group = call.params["group"] === undefined ? undefined : groupOf(call).group;
  const found = Object.values(type.records(state))
    .filter((one) => keyOf(one.subscriptionId) === keyOf(param(call, "subscription")))
    .filter((one) => group === undefined || keyOf(one.resourceGroup) === keyOf(group))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return page(call, found, (one) => type.body(state, one, new Set()));
}

function readRoutes<T extends Tracked>(type: NetworkType<T>, what: string): ArmRoute[] {
  const one = `${inGroup}/${type.name}/{resource}`;
  const refuse = (): never => {
    throw notHere(`create or change ${what}`);
  };
  return routes(type, {
    listAll: ["GET", `${inSubscription}/${type.name}`, (call) => list(call, type)],
    list: ["GET", `${inGroup}/${type.name}`, (call) => list(call, type)],
    get: [
      "GET",
      one,
      (call) => ({
        status: 200,
        body: type.body(call.world.state, resourceOf(call, type), expandOf(call)),
      }),
    ],
    createOrUpdate: ["PUT", one, refuse],
  });
}

/** Deletes an interface without a VM. */
async function deleteInterface(call: ArmCall): Promise<ArmReply> {
  const { state, store } = call.world;
  const { subscriptionId, group } = groupOf(call);
  const id = `${groupId(subscriptionId, group)}/providers/Microsoft.Network/networkInterfaces/${param(call, "resource")}`;
  const nic = state.networkInterfaces[keyOf(id)];
  if (!nic) return { status: 204 };
  if (nic.vmId !== undefined)
    throw new ArmError(
      { status: 400, code: "NicInUse" },
      `Network Interface ${nic.id} is used by existing resource ${nic.vmId}. In order to delete the network interface, it must be dissociated from the resource. To learn more, see aka.ms/deletenic.`,
    );
  delete state.networkInterfaces[keyOf(id)];
  await store.flush();
  return { status: 200 };
}

const subnets = `${inGroup}/virtualNetworks/{resource}/subnets`;

function listSubnets(call: ArmCall): ArmReply {
  const net = resourceOf(call, networks);
  const { state } = call.world;
  return {
    status: 200,
    body: { value: net.subnets.flatMap(({ name }) => subnetBody(state, net, name) ?? []) },
  };
}

function getSubnet(call: ArmCall): ArmReply {
  const net = resourceOf(call, networks);
  const name = param(call, "subnet");
  const body = subnetBody(call.world.state, net, name);
  if (body) return { status: 200, body };
  throw new ArmError({ status: 404, code: "NotFound" }, `Resource ${net.id}/subnets/${name} not found.`);
}

export const network: ArmPart = {
  routes: [
    ...readRoutes(interfaces, "network interfaces"),
    ...readRoutes(addresses, "public IP addresses"),
    ...readRoutes(networks, "virtual networks"),
    ...readRoutes(groups, "network security groups"),
    ...routes(interfaces, {
      delete: ["DELETE", `${inGroup}/networkInterfaces/{resource}`, deleteInterface],
    }),
    ...routes(
      { name: "subnets", api: "network" },
      { list: ["GET", subnets, listSubnets], get: ["GET", `${subnets}/{subnet}`, getSubnet] },
    ),
  ],
};
