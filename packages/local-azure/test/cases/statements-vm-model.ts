/** What the model of a VM keeps, and what it refuses. */
import { expect } from "vitest";
import { at, compute, REGION } from "./azure.ts";
import { type Case, refused, sources } from "./case.ts";
import { vmPath } from "./statements-vm.ts";

/** They need the zonal VM of the kind of VMs. */
export const statementsVmModel: readonly Case[] = [
  {
    says: "A PATCH of a VM keeps what it may set: events, resilience, license, boot diagnostics, processors",
    source: sources.specification,
    run: async (azure) => {
      const properties = {
        scheduledEventsProfile: {
          terminateNotificationProfile: { enable: true, notBeforeTimeout: "PT5M" },
        },
        scheduledEventsPolicy: {
          userInitiatedReboot: { automaticallyApprove: true },
          scheduledEventsAdditionalPublishingTargets: { eventGridAndResourceGraph: { enable: true } },
        },
        resiliencyProfile: { zoneMovement: { isEnabled: true } },
        licenseType: "RHEL_BYOS",
        extensionsTimeBudget: "PT1H",
        diagnosticsProfile: { bootDiagnostics: { enabled: true } },
        hardwareProfile: { processorMode: "Opportunistic" },
        capacityReservation: { disableCapacityReservationAssignment: true },
      };
      const answer = await azure.patch(vmPath("zonal"), { body: { properties } });
      if (answer.headers.has("azure-asyncoperation")) await azure.finish(answer);
      expect(answer.status).toBe(200);
      expect(at(await azure.get(vmPath("zonal")), "properties")).toMatchObject(properties);
    },
  },
  {
    says: "References to a key vault are kept; protected settings are never returned",
    source: sources.specification,
    run: async (azure) => {
      const sourceVault = {
        id: "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/kv",
      };
      const secretUrl = "https://kv.vault.azure.net/secrets/s/1";
      const secrets = [{ sourceVault, vaultCertificates: [{ certificateUrl: secretUrl }] }];
      await azure.finish(
        await azure.patch(vmPath("zonal"), { body: { properties: { osProfile: { secrets } } } }),
      );
      expect(at(await azure.get(vmPath("zonal")), "properties.osProfile.secrets")).toEqual(secrets);
      const properties = {
        publisher: "Microsoft.Azure.Extensions",
        type: "CustomScript",
        typeHandlerVersion: "2.1",
        settings: { timestamp: 1 },
        protectedSettingsFromKeyVault: { secretUrl, sourceVault },
      };
      const path = `${vmPath("zonal")}/extensions/script`;
      const body = {
        location: REGION,
        properties: { ...properties, protectedSettings: { commandToExecute: "ls" } },
      };
      await azure.done("PUT", path, { body });
      const got = await azure.get(path);
      expect(at(got, "properties")).toMatchObject(properties);
      expect(got.text).not.toContain("commandToExecute");
    },
  },
  {
    says: "What places a VM is fixed: zones, placement, edge zone, interconnect",
    source: sources.specification,
    run: async (azure) => {
      const id = compute("interconnectGroups/g");
      for (const body of [
        { zones: ["2"] },
        { placement: { zonePlacementPolicy: "Any" } },
        { extendedLocation: { name: "edge", type: "EdgeZone" } },
        { properties: { networkProfile: { interconnectGroupProfile: { interconnectGroup: { id } } } } },
        { properties: { interconnectBlockProfile: { interconnectBlock: { id } } } },
      ])
        refused(await azure.patch(vmPath("zonal"), { body }), 409, { code: "PropertyChangeNotAllowed" });
    },
  },
  {
    says: "Members of a VM's profiles have their types",
    source: sources.specification,
    run: async (azure) => {
      for (const properties of [
        { scheduledEventsPolicy: { nonsense: 1 } },
        { resiliencyProfile: { nonsense: 1 } },
        { interconnectBlockProfile: { nonsense: 1 } },
        { networkProfile: { interconnectGroupProfile: { nonsense: 1 } } },
      ])
        expect((await azure.patch(vmPath("zonal"), { body: { properties } })).text).toContain(
          "Could not find member 'nonsense'",
        );
    },
  },
];
