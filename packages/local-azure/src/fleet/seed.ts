/** The demo fleet: its VMs, and how they are made. */
import {
  CONTOSO_TENANT_ID,
  ENGINE_PRINCIPAL_ID,
  MANAGED_IDENTITY_PRINCIPAL_ID,
  users,
} from "../entra/directory.ts";
import type { DiskFacts, DiskSource, Fabric, NewVm } from "../fabric.ts";
import {
  COMMERCE_GROUP,
  CONTOSO_SUBSCRIPTION_ID,
  CONTOSO_SUBSCRIPTION_NAME,
  FLEET_LOCATION,
  PLATFORM_GROUP,
} from "./constants.ts";
import { sqlServerGuest, ubuntuGuest } from "./guests.ts";
import { readRecipe, unpackImage } from "./recipe.ts";

const ubuntuImage = {
  publisher: "Canonical",
  offer: "ubuntu-24_04-lts",
  sku: "server",
  version: "latest",
  exactVersion: "24.04.202610150",
};
const sqlImage = {
  publisher: "MicrosoftSQLServer",
  offer: "sql2022-ws2022",
  sku: "standard-gen2",
  version: "latest",
  exactVersion: "16.0.261013",
};

const bootDiagnostics = { bootDiagnostics: { enabled: true } };
/** Windows images of generation 2 start as trusted launch, their OS disk too. */
const trustedLaunch = {
  securityType: "TrustedLaunch",
  uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
} as const;

interface FleetDisk {
  readonly image: string;
  readonly name: string;
  readonly sku: string;
  readonly facts?: DiskFacts;
}

interface FleetVm extends Omit<NewVm, "subscriptionId" | "location" | "disks"> {
  readonly fleetDisks: readonly FleetDisk[];
}

function linux(name: string, rest: Omit<FleetVm, "name" | "os" | "guest" | "imageReference">): FleetVm {
  return { name, os: "Linux", guest: ubuntuGuest(), imageReference: ubuntuImage, ...rest };
}

/** The VMs of the subscription "Contoso Production". */
export const fleet: readonly FleetVm[] = [
  linux("web-01", {
    resourceGroup: COMMERCE_GROUP,
    size: "Standard_D2s_v5",
    power: "running",
    tags: { team: "commerce", environment: "production", service: "shop" },
    facts: {
      diagnosticsProfile: bootDiagnostics,
      linuxConfiguration: {
        disablePasswordAuthentication: true,
        ssh: {
          publicKeys: [
            { path: "/home/azureuser/.ssh/authorized_keys", keyData: "ssh-ed25519 AAAAC3Nz contoso" },
          ],
        },
      },
    },
    network: { publicIp: true, openPorts: [80, 443] },
    fleetDisks: [
      { image: "web-01-os", name: "web-01_OsDisk", sku: "Premium_LRS" },
      { image: "web-01-data", name: "web-01_Data0", sku: "Premium_LRS" },
    ],
  }),
  {
    name: "sql-01",
    os: "Windows",
    resourceGroup: COMMERCE_GROUP,
    size: "Standard_E4s_v5",
    power: "running",
    tags: { team: "commerce", environment: "production", service: "orders-database" },
    facts: {
      securityProfile: trustedLaunch,
      licenseType: "Windows_Server",
      diagnosticsProfile: bootDiagnostics,
      windowsConfiguration: { timeZone: "W. Europe Standard Time" },
    },
    guest: sqlServerGuest(),
    imageReference: sqlImage,
    fleetDisks: [
      {
        image: "sql-01-os",
        name: "sql-01_OsDisk",
        sku: "Premium_LRS",
        facts: { securityType: trustedLaunch.securityType },
      },
      { image: "sql-01-data", name: "sql-01_Data0", sku: "Premium_LRS" },
      { image: "sql-01-log", name: "sql-01_Log1", sku: "Premium_LRS" },
    ],
  },
  linux("batch-01", {
    resourceGroup: PLATFORM_GROUP,
    size: "Standard_F4s_v2",
    power: "deallocated",
    tags: { team: "platform", environment: "production", service: "settlement" },
    zones: ["3"],
    fleetDisks: [{ image: "batch-01-os", name: "batch-01_OsDisk", sku: "StandardSSD_LRS" }],
  }),
  linux("sandbox-01", {
    resourceGroup: PLATFORM_GROUP,
    size: "Standard_B2s",
    power: "running",
    tags: { team: "platform", environment: "sandbox" },
    fleetDisks: [{ image: "sandbox-01-os", name: "sandbox-01_OsDisk", sku: "StandardSSD_LRS" }],
  }),
];

async function diskSource(image: string): Promise<DiskSource> {
  const recipe = await readRecipe(image);
  return { sizeBytes: recipe.diskBytes, fill: (write) => unpackImage(recipe, write) };
}

async function seedVm(fabric: Fabric, vm: FleetVm): Promise<void> {
  if (fabric.findVm(vm.name, CONTOSO_SUBSCRIPTION_ID)) return;
  const { fleetDisks, ...rest } = vm;
  const disks = await Promise.all(
    fleetDisks.map(async ({ image, ...disk }) => ({ ...(await diskSource(image)), ...disk })),
  );
  const place = { subscriptionId: CONTOSO_SUBSCRIPTION_ID, location: FLEET_LOCATION };
  await fabric.createVm({ ...rest, ...place, disks });
}

/**
 * Makes the demo fleet: subscription, resource groups, role assignments and four VMs with real file
 * systems. A second run adds only what is missing, so the next start completes a seeding that
 * crashed.
 */
export async function seedFleet(fabric: Fabric): Promise<void> {
  await fabric.ensureSubscription({
    id: CONTOSO_SUBSCRIPTION_ID,
    name: CONTOSO_SUBSCRIPTION_NAME,
    tenantId: CONTOSO_TENANT_ID,
  });
  for (const name of [COMMERCE_GROUP, PLATFORM_GROUP]) {
    await fabric.ensureResourceGroup({
      subscriptionId: CONTOSO_SUBSCRIPTION_ID,
      name,
      location: FLEET_LOCATION,
    });
  }
  const scope = `/subscriptions/${CONTOSO_SUBSCRIPTION_ID}`;
  for (const principalId of [ENGINE_PRINCIPAL_ID, MANAGED_IDENTITY_PRINCIPAL_ID]) {
    await fabric.addRoleAssignment({ principalId, scope, role: "Contributor" });
  }
  await fabric.addRoleAssignment({ principalId: users.olivia.oid, scope, role: "Owner" });
  for (const vm of fleet) await seedVm(fabric, vm);
}
