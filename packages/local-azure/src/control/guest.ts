/** Changes the guest of a VM, for the control API. */

import type { z } from "zod";
import { LocalAzureError } from "../errors.ts";
import type { LinuxGuest, WindowsGuest } from "../guest/model.ts";
import type { Vm } from "../state/model.ts";
import type { guestPatchSchema } from "./model.ts";

type Patch = Omit<z.output<typeof guestPatchSchema>, "vm">;

/** Applies a patch. Nothing changes when a part does not fit the guest's system. @throws LocalAzureError */
export function patchGuest(vm: Vm, patch: Patch): void {
  const { windows, linux } = vm.guest;
  if ((patch.vssWriters ?? patch.registry ?? patch.services) && !windows) throw wrongSystem(vm, "Windows");
  if ((patch.linuxScripts !== undefined || patch.files || patch.fsfreeze) && !linux)
    throw wrongSystem(vm, "Linux");
  if (patch.agent) vm.guest.agent.status = patch.agent;
  if (patch.conditions) vm.guest.conditions = patch.conditions;
  if (patch.extensionOutcomes)
    vm.guest.extensionOutcomes = Object.fromEntries(
      Object.entries(patch.extensionOutcomes).map(([name, outcome]) => [name.toLowerCase(), outcome]),
    );
  if (windows) patchWindows(windows, patch);
  if (linux) patchLinux(linux, patch);
}

function wrongSystem(vm: Vm, os: string): LocalAzureError {
  return new LocalAzureError("INVALID_INPUT", `VM ${vm.name} does not run ${os}`);
}

function patchWindows(windows: WindowsGuest, { vssWriters, registry = {}, services = {} }: Patch): void {
  if (vssWriters) windows.vssWriters = vssWriters;
  for (const [path, value] of Object.entries(registry)) {
    if (value === null) delete windows.registry[path];
    else windows.registry[path] = value;
  }
  for (const [name, change] of Object.entries(services)) {
    const known = windows.services.find((service) => service.name.toLowerCase() === name.toLowerCase());
    const { displayName = name, startType = "Automatic", status = "Running", logOnAs } = change;
    if (!known)
      windows.services.push({
        name,
        displayName,
        startType,
        status,
        ...(logOnAs === undefined ? {} : { logOnAs }),
      });
    else Object.assign(known, change);
  }
}

function patchLinux(linux: LinuxGuest, { linuxScripts, files = {}, fsfreeze }: Patch): void {
  if (linuxScripts === null) delete linux.scripts;
  else if (linuxScripts) linux.scripts = linuxScripts;
  if (fsfreeze) linux.fsfreeze = fsfreeze;
  for (const [path, file] of Object.entries(files)) {
    if (file === null) delete linux.files[path];
    else linux.files[path] = file;
  }
}
