import type { AttentionKind } from "@kluis/domain";
import type { OverviewView } from "#lib/api-types.ts";

type Raised = OverviewView["raised"][number];
type Place = (item: Pick<Raised, "key" | "vm">) => string;

const settings = "/settings";
const vmTab =
  (tab: string): Place =>
  ({ vm }) =>
    vm === null ? settings : `/vms/${vm.id}${tab === "" ? "" : `?tab=${tab}`}`;
const jobKey = /^[a-z-]+:([0-9a-f-]{36})$/u;
/** A key that ends with an id is about that job. */
const job: Place = (item) => {
  const [, id] = jobKey.exec(item.key) ?? [];
  return id === undefined ? vmTab("")(item) : `/jobs/${id}`;
};

const places: Readonly<Record<AttentionKind, Place>> = {
  "azure-removal": vmTab("snapshots"),
  "changed-ranges": vmTab(""),
  consistency: vmTab(""),
  transfer: job,
  deadline: job,
  clock: () => settings,
  "recurring-work": () => settings,
  "point-damage": vmTab("points"),
  "damage-healed": vmTab("points"),
  "point-heal": vmTab("points"),
  "vault-damage": () => `${settings}?tab=vaults#damage`,
  "vault-account": () => `${settings}?tab=vaults`,
  "vault-truth": () => `${settings}?tab=vaults`,
  "vault-objects": () => `${settings}?tab=vaults`,
  "vault-copy": () => `${settings}?tab=vaults`,
  "vault-recovery": () => `${settings}?tab=keys`,
  "vault-key": () => `${settings}?tab=keys`,
  "vault-slots": () => `${settings}?tab=keys`,
  guardrail: () => `${settings}?tab=guardrails`,
  assignment: (item) => `/policies/rules/${item.key.split(":")[1] ?? ""}`,
  exclusion: vmTab("protection"),
};

/** The page that says more about what was raised. */
export function raisedPlace(item: Pick<Raised, "key" | "kind" | "vm">): string {
  return places[item.kind](item);
}

/** Why it was raised. Nothing where the sentence itself has the reason in it. */
export function raisedWhy(kind: AttentionKind, message: string | null): string | null {
  return kind === "changed-ranges" ? null : message;
}
