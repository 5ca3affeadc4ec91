import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { pending } from "../pending.ts";
import type { listVmsInput } from "../routers/vms/list-vms.ts";
import type { Page, VmFacets, VmRow, VmView } from "../views/index.ts";
export function listVms(_ctx: SignedInContext, _input: z.infer<typeof listVmsInput>): Promise<Page<VmRow>> {
  return pending();
}
export function getVm(_ctx: SignedInContext, _vm: string): Promise<VmView> {
  return pending();
}
export function vmFacets(_ctx: SignedInContext): Promise<VmFacets> {
  return pending();
}
