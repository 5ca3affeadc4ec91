/** Profiles of a VM about scheduled events and zones, and those that only its creation can set. */
import { z } from "zod";
import { extendedLocationSchema } from "./disk-facts.ts";

const approval = z.strictObject({ automaticallyApprove: z.boolean().exactOptional() });

export const scheduledEventsPolicySchema = z.strictObject({
  userInitiatedRedeploy: approval.exactOptional(),
  userInitiatedReboot: approval.exactOptional(),
  allInstancesDown: approval.exactOptional(),
  scheduledEventsAdditionalPublishingTargets: z
    .strictObject({
      eventGridAndResourceGraph: z
        .strictObject({
          enable: z.boolean().exactOptional(),
          scheduledEventsApiVersion: z.string().exactOptional(),
        })
        .exactOptional(),
    })
    .exactOptional(),
});

export const resiliencyProfileSchema = z.strictObject({
  zoneMovement: z.strictObject({ isEnabled: z.boolean().exactOptional() }).exactOptional(),
});

export const processorModeSchema = z.enum(["Deterministic", "Opportunistic"]);

const reference = z.strictObject({ id: z.string().exactOptional() });

/** The local Azure has no interconnect groups and no edge zones, so that no VM has one of these. */
export const creationOnly = {
  interconnectGroupProfile: z.strictObject({
    interconnectGroup: reference.exactOptional(),
    subgroups: z.array(reference).exactOptional(),
  }),
  interconnectBlockProfile: z.strictObject({ interconnectBlock: reference.exactOptional() }),
  extendedLocation: extendedLocationSchema,
  placement: z.strictObject({
    zonePlacementPolicy: z.enum(["Any", "Auto"]).exactOptional(),
    includeZones: z.array(z.string()).exactOptional(),
    excludeZones: z.array(z.string()).exactOptional(),
  }),
} as const;
