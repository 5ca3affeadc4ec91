/** The control API (`/_local/…`): what tests and the command line change outside Azure's APIs. */
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isAbsolute } from "node:path";
import { z } from "zod";
import { keyOf } from "../arm/ids.ts";
import { isoTime } from "../clock.ts";
import { exportImage, openImage, writeDifferences } from "../disks/image.ts";
import { LocalAzureError } from "../errors.ts";
import type { Fabric } from "../fabric.ts";
import { readBody } from "../http/body.ts";
import { sendBody } from "../http/send.ts";
import { logFailure } from "../log.ts";
import { roleAssignmentSchema } from "../state/access-model.ts";
import { type Disk, settingsSchema, type Vm } from "../state/model.ts";
import type { World } from "../world.ts";
import { changeDirectory, resetDirectory } from "./directory.ts";
import { parseFault } from "./faults.ts";
import { patchGuest } from "./guest.ts";
import {
  clockSchema,
  exportDiskSchema,
  guestPatchSchema,
  importVmSchema,
  powerSchema,
  settingsPatchSchema,
  subscriptionInputSchema,
  writeDiskSchema,
} from "./model.ts";
import { guestView, listEverything, listSnapshots, vmItem } from "./views.ts";

export interface ControlDeps {
  world: World;
  fabric: Fabric;
  controlToken: string;
}

interface ControlCall extends ControlDeps {
  body: unknown;
  query: URLSearchParams;
}

type Handler = (call: ControlCall) => object | Promise<object>;

/** Answers a request to `/_local/…`. It needs the control token. */
export async function dispatchControl(
  deps: ControlDeps,
  exchange: { req: IncomingMessage; res: ServerResponse; url: URL },
): Promise<void> {
  const { req, res, url } = exchange;
  const { status, body } = await answer(deps, req, url);
  res.statusCode = status;
  res.setHeader("content-type", "application/json; charset=utf-8");
  await sendBody(res, Buffer.from(JSON.stringify(body)));
}

async function answer(
  deps: ControlDeps,
  req: IncomingMessage,
  url: URL,
): Promise<{ status: number; body: object }> {
  try {
    if (!isAuthorized(req, deps.controlToken))
      throw new LocalAzureError("UNAUTHORISED", "The control token is missing or invalid", {
        action: "Use the token from endpoint.json in the data folder.",
      });
    const handler = handlers[`${req.method} ${url.pathname.slice("/_local/".length)}`];
    if (!handler)
      throw new LocalAzureError("NOT_FOUND", `The control API has no call ${req.method} ${url.pathname}`);
    const text = (await readBody(req, 16 * 1024 * 1024)).toString("utf8");
    const body: unknown = text === "" ? {} : JSON.parse(text);
    return { status: 200, body: await handler({ ...deps, body, query: url.searchParams }) };
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): { status: number; body: object } {
  if (error instanceof LocalAzureError) {
    const { code, message, action } = error;
    const status = code === "UNAUTHORISED" ? 401 : code.endsWith("NOT_FOUND") ? 404 : 400;
    return { status, body: { error: { code, message, ...(action === undefined ? {} : { action }) } } };
  }
  if (error instanceof z.ZodError)
    return { status: 400, body: { error: { code: "INVALID_INPUT", message: z.prettifyError(error) } } };
  if (error instanceof Error && "code" in error && error.code === "ENOSPC") {
    const action = "Free disk space and try again; the failed change was undone.";
    return {
      status: 507,
      body: { error: { code: "DISK_FULL", message: "The disk of this machine is full", action } },
    };
  }
  logFailure("a control call", error);
  const message = error instanceof Error ? error.message : "Unknown error";
  return { status: 500, body: { error: { code: "INTERNAL", message } } };
}

function isAuthorized(req: IncomingMessage, token: string): boolean {
  const given = Buffer.from(req.headers.authorization ?? "");
  const right = Buffer.from(`Bearer ${token}`);
  return given.length === right.length && timingSafeEqual(given, right);
}

const handlers: Record<string, Handler> = {
  "GET list": ({ world }) => listEverything(world),
  "GET snapshots": ({ world }) => listSnapshots(world),
  "POST import": importVm,
  "POST write": writeDisk,
  "POST export": exportDisk,
  "POST power": setPower,
  "POST delete-vm": async ({ fabric, body }) => {
    await fabric.deleteVm(mustFindVm(fabric, z.object({ vm: z.string() }).parse(body).vm));
    return {};
  },
  "GET guest": ({ fabric, query }) => guestView(mustFindVm(fabric, query.get("vm") ?? "")),
  "POST guest": setGuest,
  "GET faults": ({ world }) => world.faults.list(),
  "POST faults": ({ world, body }) => world.faults.add(parseFault(body)),
  "DELETE faults": async ({ world, query }) => {
    await world.faults.clear(query.get("id") ?? undefined);
    return {};
  },
  "POST role-assignments": async ({ fabric, body }) => {
    const assignment = roleAssignmentSchema.parse(body);
    await fabric.addRoleAssignment(assignment);
    return assignment;
  },
  "DELETE role-assignments": async ({ world, query }) => {
    const principal = query.get("principalId");
    world.state.roleAssignments = world.state.roleAssignments.filter(
      ({ principalId }) => principalId !== principal,
    );
    await world.store.flush();
    return {};
  },
  "POST directory": ({ world, body }) => changeDirectory(world, body),
  "DELETE directory": ({ world }) => resetDirectory(world),
  "POST subscriptions": async ({ world, fabric, body }) => {
    const { id, name, tenantId, state } = subscriptionInputSchema.parse(body);
    await fabric.ensureSubscription({
      id,
      name: name ?? id,
      ...(tenantId === undefined ? {} : { tenantId }),
    });
    const subscription = world.state.subscriptions[id.toLowerCase()];
    if (!subscription) throw new Error("A subscription that was made is missing");
    if (name !== undefined) subscription.name = name;
    if (state !== undefined) subscription.state = state;
    await world.store.flush();
    return subscription;
  },
  "POST settings": async ({ world, body }) => {
    const patch = settingsPatchSchema.parse(body);
    // Keep only given fields: the schema fills in defaults that would reset the others.
    const given = Object.fromEntries(
      Object.entries(patch).filter(([name]) => typeof body === "object" && body !== null && name in body),
    );
    world.state.settings = settingsSchema.parse({ ...world.state.settings, ...given });
    await world.store.flush();
    return world.state.settings;
  },
  "POST clock": async ({ world, body }) => {
    world.clock.advance(clockSchema.parse(body).advanceMs);
    world.state.clockOffsetMs = world.clock.offsetMs;
    await world.operations.catchUp();
    await world.store.flush();
    return { now: isoTime(world.clock.now()) };
  },
};

async function importVm({ world, fabric, body }: ControlCall): Promise<object> {
  const input = importVmSchema.parse(body);
  for (const file of input.disks) requireAbsolute(file);
  const vm = await fabric.createVm({
    name: input.vm,
    subscriptionId: subscriptionFor(world, input.subscription),
    resourceGroup: input.resourceGroup,
    location: input.location,
    os: input.os === "linux" ? "Linux" : "Windows",
    size: input.size,
    power: input.stopped ? "deallocated" : "running",
    tags: input.tags,
    ...(input.zones ? { zones: input.zones } : {}),
    disks: input.disks.map((file) => ({ file })),
  });
  return vmItem(world, vm);
}

/** Finds a subscription by id or name; without either, returns the first. */
function subscriptionFor(world: World, wanted: string | undefined): string {
  const all = Object.values(world.state.subscriptions);
  const found =
    wanted === undefined
      ? all[0]
      : all.find(({ id, name }) => [id.toLowerCase(), name.toLowerCase()].includes(wanted.toLowerCase()));
  if (found) return found.id;
  throw new LocalAzureError(
    "SUBSCRIPTION_NOT_FOUND",
    wanted === undefined ? "There is no subscription" : `There is no subscription ${wanted}`,
    {
      action: `Use one of: ${all.map(({ name, id }) => `${name} (${id})`).join(", ") || "none exists"}.`,
    },
  );
}

function requireAbsolute(file: string): void {
  if (!isAbsolute(file))
    throw new LocalAzureError("INVALID_INPUT", `${file} is not an absolute path`, {
      action: "Use the full path.",
    });
}

function mustFindVm(fabric: Fabric, name: string): Vm {
  const vm = fabric.findVm(name);
  if (vm) return vm;
  throw new LocalAzureError("VM_NOT_FOUND", `There is no VM ${name}`, {
    action: "List VMs and disks with `local-azure ls`.",
  });
}

function mustFindDisk(world: World, vm: Vm, disk: "os" | number): Disk {
  const attached = disk === "os" ? vm.osDisk : vm.dataDisks.find(({ lun }) => lun === disk);
  const found = attached && world.state.disks[keyOf(attached.diskId)];
  if (found) return found;
  const luns = vm.dataDisks.map(({ lun }) => lun).join(", ");
  throw new LocalAzureError("DISK_NOT_FOUND", `VM ${vm.name} has no disk ${disk}`, {
    action: `It has: os${luns === "" ? "" : `, ${luns}`}.`,
  });
}

async function writeDisk({ world, fabric, body }: ControlCall): Promise<object> {
  const input = writeDiskSchema.parse(body);
  requireAbsolute(input.image);
  const disk = mustFindDisk(world, mustFindVm(fabric, input.vm), input.disk);
  const image = await openImage(input.image);
  if (image.size !== disk.sizeBytes)
    throw new LocalAzureError(
      "IMAGE_SIZE",
      `${input.image} has ${image.size} bytes, but disk ${disk.name} has ${disk.sizeBytes}`,
      {
        action: "Use an image of the disk's size.",
      },
    );
  return writeDifferences(
    world.layers,
    { key: keyOf(disk.id), layer: () => disk.layer, size: disk.sizeBytes },
    image,
  );
}

async function exportDisk({ world, fabric, body }: ControlCall): Promise<object> {
  const input = exportDiskSchema.parse(body);
  requireAbsolute(input.to);
  const disk = fabric.findDisk(input.disk);
  if (!disk)
    throw new LocalAzureError("DISK_NOT_FOUND", `There is no disk ${input.disk}`, {
      action: "List VMs and disks with `local-azure ls`.",
    });
  return exportImage(world.layers, { layer: () => disk.layer, size: disk.sizeBytes }, input.to);
}

async function setPower({ world, fabric, body }: ControlCall): Promise<object> {
  const input = powerSchema.parse(body);
  const vm = mustFindVm(fabric, input.vm);
  vm.power = input.power === "on" ? "running" : input.power === "off" ? "stopped" : "deallocated";
  await world.store.flush();
  return vmItem(world, vm);
}

async function setGuest({ world, fabric, body }: ControlCall): Promise<object> {
  const { vm: name, ...patch } = guestPatchSchema.parse(body);
  const vm = mustFindVm(fabric, name);
  patchGuest(vm, patch);
  await world.store.flush();
  return guestView(vm);
}
