/** Changes the running local Azure through its control API. */
import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";

function home(): string {
  const folder = process.env["KLUIS_E2E_HOME"];
  if (folder === undefined) throw new Error("The global setup has not started a stack.");
  return folder;
}

async function control(path: string, body: object): Promise<void> {
  const file = join(home(), "local-azure", "endpoint.json");
  const endpoint: unknown = JSON.parse(await readFile(file, "utf8"));
  if (!isEndpoint(endpoint)) throw new Error(`${file} is not an endpoint.`);
  const response = await fetch(`${endpoint.url}/_local/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${endpoint.controlToken}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`The local Azure refused ${path}: ${await response.text()}`);
}

function isEndpoint(value: unknown): value is { readonly url: string; readonly controlToken: string } {
  return typeof value === "object" && value !== null && "url" in value && "controlToken" in value;
}

/** Creates a Linux VM with an empty disk: deallocated, or running without a ready agent. */
export async function importVm(vm: string, size: string, state: "stopped" | "no-agent"): Promise<void> {
  const image = join(home(), `${vm}.raw`);
  await writeFile(image, "");
  await truncate(image, 32 * 1024 * 1024);
  const place = { os: "linux", resourceGroup: "commerce-rg", location: "westeurope" };
  await control("import", { ...place, vm, size, disks: [image], stopped: state === "stopped" });
  if (state === "no-agent") await control("guest", { vm, agent: "NotReady" });
}

export async function deleteVm(vm: string): Promise<void> {
  await control("delete-vm", { vm });
}
