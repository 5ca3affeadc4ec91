/** Availability sets: read only. Images: none. */
import type { AvailabilitySet as SetModel } from "@azure/arm-compute";
import type { State } from "../../state/model.ts";
import type { AvailabilitySet } from "../../state/network-model.ts";
import { keyOf } from "../ids.ts";
import { listResources } from "../lists.ts";
import type { ArmPart } from "../part.ts";
import { availabilitySetType, pathsOf, resourceOf } from "../resource-types.ts";
import { computeInGroup, computeInSubscription, routes } from "../router.ts";
import { type ArmResource, envelope } from "../wire.ts";
import { notHere } from "./vm-errors.ts";

type SetBody = ArmResource<SetModel, "id" | "name" | "type" | "location" | "tags" | "sku" | "systemData">;

function setBody(state: State, set: AvailabilitySet): SetBody {
  const members = Object.values(state.vms).filter(
    (vm) => vm.availabilitySetId !== undefined && keyOf(vm.availabilitySetId) === keyOf(set.id),
  );
  return {
    ...envelope(availabilitySetType, set),
    sku: { name: "Aligned" },
    properties: {
      platformUpdateDomainCount: set.updateDomains,
      platformFaultDomainCount: set.faultDomains,
      virtualMachines: members.map(({ id }) => ({ id })),
    },
  };
}

const { inSubscription, inGroup, one } = pathsOf(availabilitySetType);

export const availabilitySets: ArmPart = {
  routes: [
    ...routes(availabilitySetType, {
      listBySubscription: [
        "GET",
        inSubscription,
        (call) => listResources(call, availabilitySetType, (set) => setBody(call.world.state, set)),
      ],
      list: [
        "GET",
        inGroup,
        (call) => listResources(call, availabilitySetType, (set) => setBody(call.world.state, set)),
      ],
      get: [
        "GET",
        one,
        (call) => ({ status: 200, body: setBody(call.world.state, resourceOf(call, availabilitySetType)) }),
      ],
      createOrUpdate: [
        "PUT",
        one,
        () => {
          throw notHere("create or change availability sets");
        },
      ],
    }),
    ...routes(
      { name: "images", api: "compute" },
      {
        list: ["GET", `${computeInSubscription}/images`, () => ({ status: 200, body: { value: [] } })],
        listByResourceGroup: [
          "GET",
          `${computeInGroup}/images`,
          () => ({ status: 200, body: { value: [] } }),
        ],
      },
    ),
  ],
};
