/** Private endpoint connections of disk accesses: read, approve or reject, delete. A state file makes them: no networks here. */
import type { DiskAccess as AccessModel } from "@azure/arm-compute";
import { z } from "zod";
import type { DiskAccess } from "../../state/disk-resources.ts";
import { missingParameter, parseBody } from "../body.ts";
import { keyOf } from "../ids.ts";
import { page } from "../lists.ts";
import { accepted, started } from "../operations/long-running.ts";
import type { Work } from "../part.ts";
import { resourceOf, diskAccessType as type } from "../resource-types.ts";
import { type ArmCall, type ArmReply, param } from "../router.ts";
import type { Json } from "../wire.ts";
import { notFound } from "./disk-errors.ts";

type Model = NonNullable<AccessModel["privateEndpointConnections"]>[number];
type ConnectionBody = Json<Pick<Model, "id" | "name" | "type">> & {
  properties: Json<Omit<Model, "id" | "name" | "type" | "systemData">>;
};
type Connection = NonNullable<DiskAccess["privateEndpointConnections"]>[number];

const readOnly = z.unknown().exactOptional();
const putSchema = z.strictObject({
  id: readOnly,
  name: readOnly,
  type: readOnly,
  systemData: readOnly,
  properties: z.strictObject({
    privateEndpoint: readOnly,
    privateLinkServiceConnectionState: z.strictObject({
      status: z.enum(["Pending", "Approved", "Rejected"]).exactOptional(),
      description: z.string().exactOptional(),
      actionsRequired: z.string().exactOptional(),
    }),
    provisioningState: readOnly,
  }),
});

/** The connections as answers show them. */
export function connectionBodies(access: DiskAccess): ConnectionBody[] {
  return (access.privateEndpointConnections ?? []).map((connection) => bodyOf(access, connection));
}

function bodyOf(
  access: DiskAccess,
  { name, privateEndpointId, status, description }: Connection,
): ConnectionBody {
  return {
    id: `${access.id}/privateEndpointConnections/${name}`,
    name,
    type: "Microsoft.Compute/diskAccesses/PrivateEndpointConnections",
    properties: {
      provisioningState: "Succeeded",
      privateEndpoint: { id: privateEndpointId },
      privateLinkServiceConnectionState: {
        status,
        ...(description === undefined ? {} : { description }),
        actionsRequired: "None",
      },
    },
  };
}

export function listConnections(call: ArmCall): ArmReply {
  return page(call, connectionBodies(resourceOf(call, type)), (connection) => connection);
}

export function getConnection(call: ArmCall): ArmReply {
  const { access, connection } = connectionOf(call);
  return { status: 200, body: bodyOf(access, connection) };
}

export function updateConnection(call: ArmCall): Promise<ArmReply> {
  const { access, connection } = connectionOf(call);
  const body = parseBody(putSchema, call.body, { parameter: "privateEndpointConnection" });
  const { status, description } = body.properties.privateLinkServiceConnectionState;
  if (status === undefined)
    throw missingParameter("privateEndpointConnection.privateLinkServiceConnectionState.status");
  connection.status = status;
  if (description !== undefined) connection.description = description;
  const changed = bodyOf(access, connection);
  const work = { kind: "diskAccesses.updateConnection", family: type.family, on: access };
  return started(call, work, {
    status: 202,
    body: { ...changed, properties: { ...changed.properties, provisioningState: "Updating" } },
  });
}

export async function deleteConnection(call: ArmCall): Promise<ArmReply> {
  const access = resourceOf(call, type);
  const connection = findConnection(access, param(call, "connection"));
  if (!connection) return { status: 204 };
  const input = { connection: connection.name };
  return accepted(call, { kind: "diskAccesses.deleteConnection", family: type.family, on: access, input });
}

export const connectionWork: Readonly<Record<string, Work>> = {
  "diskAccesses.updateConnection": { run: async () => undefined, failed: () => undefined },
  "diskAccesses.deleteConnection": {
    run: async (world, { target, input }) => {
      const access = world.state.diskAccesses[keyOf(target)];
      if (access?.privateEndpointConnections)
        access.privateEndpointConnections = access.privateEndpointConnections.filter(
          ({ name }) => name !== input["connection"],
        );
      return undefined;
    },
    failed: () => undefined,
  },
};

function connectionOf(call: ArmCall): { access: DiskAccess; connection: Connection } {
  const access = resourceOf(call, type);
  const name = param(call, "connection");
  const connection = findConnection(access, name);
  if (!connection) throw notFound(`${access.id}/privateEndpointConnections/${name}`);
  return { access, connection };
}

function findConnection(access: DiskAccess, name: string): Connection | undefined {
  return access.privateEndpointConnections?.find((one) => one.name.toLowerCase() === name.toLowerCase());
}
