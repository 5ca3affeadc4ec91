/** Client of the control API. */
import { z } from "zod";
import { type DirectoryChangesInput, directoryChangesSchema } from "../entra/changes.ts";
import { LocalAzureError } from "../errors.ts";
import { type FaultInput, type FaultRule, faultRuleSchema } from "../faults/rule.ts";
import { type RoleAssignment, roleAssignmentSchema } from "../state/access-model.ts";
import { type Settings, type Subscription, settingsSchema, subscriptionSchema } from "../state/model.ts";
import {
  type ExportDiskInput,
  type ExportResult,
  exportResultSchema,
  type GuestPatch,
  type GuestView,
  guestViewSchema,
  type ImportVmInput,
  type LocalAzureList,
  listSchema,
  type PowerInput,
  type SettingsPatch,
  type SnapshotList,
  type SubscriptionInput,
  snapshotListSchema,
  type VmListItem,
  vmListItemSchema,
  type WriteDiskInput,
  type WriteResult,
  writeResultSchema,
} from "./model.ts";

const failureSchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), action: z.string().optional() }),
});

/**
 * Calls the control API (`/_local/…`) of a running local Azure. Every method throws LocalAzureError
 * with the server's code, message and action, or `UNREACHABLE`.
 */
export class LocalAzureControl {
  readonly #url: string;
  readonly #token: string;

  constructor(endpoint: { url: string; controlToken: string }) {
    this.#url = endpoint.url;
    this.#token = endpoint.controlToken;
  }

  list(): Promise<LocalAzureList> {
    return this.#call("GET", "list", { schema: listSchema });
  }
  snapshots(): Promise<SnapshotList> {
    return this.#call("GET", "snapshots", { schema: snapshotListSchema });
  }
  /** Creates a VM with disks from image files. Resolves when the bytes are copied. */
  importVm(input: ImportVmInput): Promise<VmListItem> {
    return this.#call("POST", "import", { schema: vmListItemSchema, body: input });
  }
  /** Writes an image to a disk as the guest would: only the 4 KiB blocks that differ. */
  write(input: WriteDiskInput): Promise<WriteResult> {
    return this.#call("POST", "write", { schema: writeResultSchema, body: input });
  }
  exportDisk(input: ExportDiskInput): Promise<ExportResult> {
    return this.#call("POST", "export", { schema: exportResultSchema, body: input });
  }
  power(input: PowerInput): Promise<VmListItem> {
    return this.#call("POST", "power", { schema: vmListItemSchema, body: input });
  }
  /** Deletes a VM and its disks. Its restore points stay. */
  async deleteVm(vm: string): Promise<void> {
    await this.#call("POST", "delete-vm", { schema: z.object({}), body: { vm } });
  }
  guest(vm: string): Promise<GuestView> {
    return this.#call("GET", `guest?vm=${encodeURIComponent(vm)}`, { schema: guestViewSchema });
  }
  setGuest(patch: GuestPatch): Promise<GuestView> {
    return this.#call("POST", "guest", { schema: guestViewSchema, body: patch });
  }
  faults(): Promise<FaultRule[]> {
    return this.#call("GET", "faults", { schema: z.array(faultRuleSchema) });
  }
  addFault(input: FaultInput): Promise<FaultRule> {
    return this.#call("POST", "faults", { schema: faultRuleSchema, body: input });
  }
  /** Removes one fault rule, or all. */
  async clearFaults(id?: string): Promise<void> {
    await this.#call("DELETE", id === undefined ? "faults" : `faults?id=${encodeURIComponent(id)}`, {
      schema: z.object({}),
    });
  }
  addRoleAssignment(input: RoleAssignment): Promise<RoleAssignment> {
    return this.#call("POST", "role-assignments", { schema: roleAssignmentSchema, body: input });
  }
  /** Changes accounts, groups and what apps may read in the directory. */
  async changeDirectory(input: DirectoryChangesInput): Promise<void> {
    await this.#call("POST", "directory", { schema: directoryChangesSchema, body: input });
  }
  /** Makes the directory as at the first start. */
  async resetDirectory(): Promise<void> {
    await this.#call("DELETE", "directory", { schema: z.object({}) });
  }
  /** Makes a subscription, or changes the name and state of one. */
  setSubscription(input: SubscriptionInput): Promise<Subscription> {
    return this.#call("POST", "subscriptions", { schema: subscriptionSchema, body: input });
  }
  async removeRoleAssignments(principalId: string): Promise<void> {
    await this.#call("DELETE", `role-assignments?principalId=${encodeURIComponent(principalId)}`, {
      schema: z.object({}),
    });
  }
  settings(patch: SettingsPatch = {}): Promise<Settings> {
    return this.#call("POST", "settings", { schema: settingsSchema, body: patch });
  }
  /** Moves the clock forward. Returns the new time in ISO 8601. */
  async advanceClock(ms: number): Promise<string> {
    const { now } = await this.#call("POST", "clock", {
      schema: z.object({ now: z.string() }),
      body: { advanceMs: ms },
    });
    return now;
  }

  async #call<T>(method: string, path: string, call: { schema: z.ZodType<T>; body?: unknown }): Promise<T> {
    const response = await this.#send(method, path, call.body);
    const text = await response.text();
    const json: unknown = text === "" ? {} : JSON.parse(text);
    if (response.ok) return call.schema.parse(json);
    const failure = failureSchema.safeParse(json);
    if (!failure.success)
      throw new LocalAzureError(
        "UNEXPECTED_REPLY",
        `The local Azure answered with status ${response.status}`,
      );
    const { code, message, action } = failure.data.error;
    throw new LocalAzureError(code, message, action === undefined ? {} : { action });
  }

  async #send(method: string, path: string, body: unknown): Promise<Response> {
    try {
      return await fetch(`${this.#url}/_local/${path}`, {
        method,
        headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      throw new LocalAzureError("UNREACHABLE", `No local Azure answers at ${this.#url}`, {
        action: "Start one with `npm start` or `npx local-azure serve --data DIR`.",
        cause,
      });
    }
  }
}
