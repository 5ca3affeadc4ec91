/**
 * Everything that is needed to create a VM again, as Azure sent it: the VM, its user data, extensions and network interfaces. A
 * recovery point stores it. Azure never returns passwords, `customData` or the protected settings of extensions.
 */
import { createPipelineRequest, RestError } from "@azure/core-rest-pipeline";
import { isKluisError } from "@kluis/domain";
import { z } from "zod";
import { call } from "./call.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import type { CallOptions } from "./lro.ts";
import { RawAnswer } from "./raw-answer.ts";
import { resourceOf } from "./resource.ts";
import type { Json, VmDetails } from "./types.ts";

/** Microsoft.Network has its own versions; every cloud knows this one. */
const networkVersion = "2024-05-01";

const withUserData = z.object({ properties: z.object({ userData: z.string().optional() }).optional() });
const extensionList = z.object({ value: z.array(z.json()).default([]) });
const configurationSchema = z
  .object({ properties: z.record(z.string(), z.json()).default({}) })
  .catchall(z.json());

/** A network interface of the VM. `resource` is null when the connection could not read it; `problem` is the error's code. */
interface NetworkInterface {
  readonly id: string;
  readonly resource: Json;
  readonly problem: string | null;
}

/**
 * Reads what the VM's own answer lacks.
 * @returns the VM's configuration with `properties.userData`, whole `resources`, and Kluis' own `networkInterfaces`
 * @throws KluisError when the VM cannot be read; a network interface that cannot be read is only marked
 */
export async function readVmConfiguration(
  azure: AzureConnection,
  vm: VmDetails,
  options: CallOptions = {},
): Promise<Json> {
  const { client, path } = resourceOf<1>(azure, vm.id, "virtualMachines");
  const [ofUser, ofExtensions] = [new RawAnswer(), new RawAnswer()];
  const query = { expand: "userData", onResponse: ofUser.onResponse, ...abortable(options) } as const;
  await call({ operation: "read the VM's user data", target: vm.id }, () =>
    client.virtualMachines.get(...path, query),
  );
  await call({ operation: "list the VM's extensions", target: vm.id }, () =>
    client.virtualMachineExtensions.list(...path, {
      onResponse: ofExtensions.onResponse,
      ...abortable(options),
    }),
  );
  const networkInterfaces: NetworkInterface[] = [];
  for (const id of vm.traits.networkInterfaceIds) {
    networkInterfaces.push(await readNetworkInterface(azure, { id, vm }, options));
  }
  const configuration = configurationSchema.parse(vm.configuration);
  const userData = withUserData.parse(ofUser.json).properties?.userData;
  return z.json().parse({
    ...configuration,
    properties: { ...configuration.properties, ...(userData === undefined ? {} : { userData }) },
    resources: extensionList.parse(ofExtensions.json).value,
    networkInterfaces,
  });
}

async function readNetworkInterface(
  azure: AzureConnection,
  { id, vm }: { readonly id: string; readonly vm: VmDetails },
  options: CallOptions,
): Promise<NetworkInterface> {
  try {
    return { id, resource: await getResource(azure, { id, vm }, options), problem: null };
  } catch (error) {
    // Rights on networks are optional: the backup's data does not depend on them.
    if (!isKluisError(error) || error.code === "CANCELLED" || options.signal?.aborted === true) throw error;
    return { id, resource: null, problem: error.code };
  }
}

/** A GET outside Compute, through the pipeline of the Compute client: same sign-in, retries and limits. */
function getResource(
  azure: AzureConnection,
  { id, vm }: { readonly id: string; readonly vm: VmDetails },
  options: CallOptions,
): Promise<Json> {
  const { pipeline } = azure.compute(vm.subscriptionId);
  const url = `${azure.endpointsOf(vm.subscriptionId).armUrl}${id}?api-version=${networkVersion}`;
  return call({ operation: "read the network interface", target: id }, async () => {
    const request = createPipelineRequest({ url, method: "GET", ...abortable(options) });
    const response = await pipeline.sendRequest(azure.httpClient, request);
    const body = response.bodyAsText ?? "{}";
    if (response.status === 200) return z.json().parse(JSON.parse(body));
    const told = z
      .object({ error: z.object({ code: z.string(), message: z.string() }) })
      .safeParse(parsed(body));
    const { code, message } = told.success ? told.data.error : { code: "", message: "No reason given." };
    throw new RestError(message, { code, statusCode: response.status, request, response });
  });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return null; // A proxy's page instead of Azure's JSON.
    throw error;
  }
}
