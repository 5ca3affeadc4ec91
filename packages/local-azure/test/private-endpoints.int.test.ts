import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { startLocalAzure } from "../src/index.ts";
import { client, GROUP, plainEntra, SUBSCRIPTION, TOKEN, useLab } from "./lab.ts";

const lab = useLab();
const stateSchema = z.looseObject({
  diskAccesses: z.record(z.string(), z.record(z.string(), z.json())),
});
const endpoint = `/subscriptions/${SUBSCRIPTION}/resourceGroups/net/providers/Microsoft.Network/privateEndpoints/pe1`;

test("a private endpoint connection is read, rejected, approved and deleted", async () => {
  await lab.arm.diskAccesses.createOrUpdate(GROUP, "access", { location: "westeurope" });
  const dataDir = join(lab.dir, "connected");
  await cp(join(lab.dir, "data"), dataDir, { recursive: true });
  await rm(join(dataDir, "endpoint.json"), { force: true });
  const file = join(dataDir, "state.json");
  const state = stateSchema.parse(JSON.parse(await readFile(file, "utf8")));
  for (const access of Object.values(state.diskAccesses))
    access["privateEndpointConnections"] = [
      { name: "access.1", privateEndpointId: endpoint, status: "Approved", description: "Auto-Approved" },
    ];
  await writeFile(file, JSON.stringify(state));
  const azure = await startLocalAzure({
    dataDir,
    entra: plainEntra,
    settings: { operationDurations: "none" },
  });
  const { diskAccesses } = client(azure.url, TOKEN);
  const connection = await diskAccesses.getAPrivateEndpointConnection(GROUP, "access", "access.1");
  expect(connection).toMatchObject({
    name: "access.1",
    type: "Microsoft.Compute/diskAccesses/PrivateEndpointConnections",
    provisioningState: "Succeeded",
    privateEndpoint: { id: endpoint },
    privateLinkServiceConnectionState: {
      status: "Approved",
      description: "Auto-Approved",
      actionsRequired: "None",
    },
  });
  expect((await diskAccesses.get(GROUP, "access")).privateEndpointConnections).toEqual([connection]);
  const state2 = { status: "Rejected", description: "not ours" };
  await diskAccesses.updateAPrivateEndpointConnection(GROUP, "access", "access.1", {
    privateLinkServiceConnectionState: state2,
  });
  expect(
    (await diskAccesses.getAPrivateEndpointConnection(GROUP, "access", "access.1"))
      .privateLinkServiceConnectionState,
  ).toMatchObject(state2);
  await diskAccesses.deleteAPrivateEndpointConnection(GROUP, "access", "access.1");
  await diskAccesses.deleteAPrivateEndpointConnection(GROUP, "access", "access.1");
  const left = await Array.fromAsync(diskAccesses.listPrivateEndpointConnections(GROUP, "access"));
  expect(left).toEqual([]);
  await expect(diskAccesses.getAPrivateEndpointConnection(GROUP, "access", "access.1")).rejects.toMatchObject(
    { statusCode: 404 },
  );
  await azure.stop();
});
