import { powerStates, sortDirections, textLine, vmSorts, vmStatuses } from "@kluis/domain";
import { z } from "zod";
import { paging, search, vmRef } from "../inputs.ts";

/** Which VMs a list has. */
export const vmFilter = {
  search,
  /** Without it: every status but deleted. */
  status: z.array(z.enum(vmStatuses)).max(10).optional(),
  policy: textLine.max(100).optional(),
  subscription: textLine.max(100).optional(),
  resourceGroup: textLine.max(100).optional(),
  power: z.array(z.enum(powerStates)).max(10).optional(),
  /** Only those that are excluded from assignment rules. */
  excluded: z.boolean().optional(),
};

export const listVmsInput = z
  .strictObject({
    ...paging,
    ...vmFilter,
    sort: z.enum(vmSorts).default("name"),
    direction: z.enum(sortDirections).default("asc"),
  })
  .prefault({});
export type ListVmsInput = z.infer<typeof listVmsInput>;

export const vmInput = z.strictObject({ vm: vmRef });
