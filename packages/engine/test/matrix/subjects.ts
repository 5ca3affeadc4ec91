/** Makes what the cases of a week work on: VMs, points, and the resources that a restore reads. */
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { GROUP, MIB, type PointRow, random, standardPolicy, type World } from "../world.ts";
import type { CaseStart } from "./job-case.ts";
import type { Pair } from "./verdict.ts";

/** Places that are used once each, for the lists of sizes that Kluis keeps. */
const places = [
  "northeurope",
  "uksouth",
  "francecentral",
  "germanywestcentral",
  "swedencentral",
  "norwayeast",
  "switzerlandnorth",
  "eastus",
  "eastus2",
  "westus2",
  "westus3",
  "centralus",
  "southcentralus",
  "canadacentral",
];

/** Kinds of VMs that make the engine send different calls. */
export const kindOf = {
  linux: {},
  windows: { os: "windows" },
  "single-disks": { stopped: true, size: "Standard_D2_v5" },
} as const;

export interface Made {
  readonly starts: ReadonlyMap<Pair, CaseStart>;
  /** A VM that nothing refuses. */
  readonly witness: string;
}

export class Subjects {
  readonly #world: World;
  #made = 0;
  /** A recovery point that restores read. */
  #donor: PointRow | null = null;

  constructor(world: World) {
    this.#world = world;
  }

  async make(pairs: readonly Pair[]): Promise<Made> {
    const image = await this.#world.image("matrix", 24 * MIB, [random(0, MIB / 4)]);
    const named = pairs.map((pair) => ({ pair, name: `mx${++this.#made}x` }));
    const witnessName = `witness${++this.#made}`;
    const own = named.filter(({ pair }) => ["backup", "delete-point"].includes(pair.operation.by));
    const wanted = [
      ...own.map(({ pair, name }) => ({ name, ...kindOf[pair.operation.vm ?? "linux"] })),
      { name: witnessName },
    ];
    const vms = await this.#world.protectedVms(
      wanted.map((vm) => ({ ...vm, disks: [image], policy: standardPolicy })),
    );
    const starts = new Map<Pair, CaseStart>();
    for (const { pair, name } of named) {
      const start = await this.#startOf(pair, { name, vmId: vms.get(name) ?? null, image });
      if (start !== null) starts.set(pair, start);
    }
    // Last, because each discovery reads the sizes of a place that it meets for the first time.
    for (const { operation } of pairs) if (operation.elsewhere === true) await this.#importElsewhere(image);
    return { starts, witness: vms.get(witnessName) ?? "" };
  }

  async #startOf(
    { operation }: Pair,
    { name, vmId, image }: { readonly name: string; readonly vmId: string | null; readonly image: string },
  ): Promise<CaseStart | null> {
    if (operation.by === "backup" && vmId !== null) return { name, vmId, point: null, dependency: null };
    if (operation.by === "delete-point" && vmId !== null)
      return { name, vmId, point: await this.#world.backUp(vmId), dependency: null };
    if (operation.by !== "restore") return null;
    this.#donor ??= await this.#makeDonor(image);
    const point = this.#donor;
    const dependency = operation.restore === "encryption-set" ? await this.#encryptionSet(name) : null;
    return { name, vmId: point.vmId ?? "", point, dependency };
  }

  async #makeDonor(image: string): Promise<PointRow> {
    const vm = { name: "donor", disks: [image], policy: standardPolicy };
    return this.#world.backUp(await this.#world.protectedVm(vm));
  }

  async #encryptionSet(name: string): Promise<string> {
    const { diskEncryptionSets } = this.#world.owner().compute(CONTOSO_SUBSCRIPTION_ID);
    const keyUrl = "https://kv.vault.azure.net/keys/disks/0123456789abcdef0123456789abcdef";
    const set = { location: "westeurope", identity: { type: "SystemAssigned" }, activeKey: { keyUrl } };
    const made = await diskEncryptionSets.createOrUpdate(GROUP, `${name}-set`, set);
    return made.id ?? "";
  }

  async #importElsewhere(image: string): Promise<void> {
    const location = places.shift();
    if (location === undefined) throw new Error("There is no unused place.");
    const vm = { vm: `far-${location}`, os: "linux", resourceGroup: GROUP, location } as const;
    await this.#world.control.importVm({ ...vm, disks: [image] });
  }
}
