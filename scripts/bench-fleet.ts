/** `npm run bench -- fleet`: a simulated week of 5,000 VMs at several numbers of slots. Prints the table of docs/performance.md. */
import { fleetTable, runFleet, slotsAt } from "../packages/domain/bench/fleet.ts";
import { type FleetOptions, makeFleet } from "../packages/domain/bench/fleet-world.ts";

const usual: FleetOptions = { seed: 7, vms: 5_000, days: 7, outages: false, oneTeamTimes: 1, slowness: 1 };

export function benchFleet(): void {
  const world = makeFleet(usual);
  console.log(
    `${world.vms} VMs, ${world.disks} disks, ${world.jobs.length} transfers in ${usual.days} days, seed ${usual.seed}.`,
  );
  const runs = [1.5, 1.2, 1.1, 1.05, 1, 0.9, 0.75].map((share) =>
    runFleet(world, `${Math.round(share * 100)} % of the bound`, slotsAt(world, share)),
  );
  runs.push(runFleet(makeFleet({ ...usual, outages: true }), "120 %, outages", slotsAt(world, 1.2)));
  runs.push(
    runFleet(
      makeFleet({ ...usual, oneTeamTimes: 6 }),
      "110 %, team-3 moves 6 times as much",
      slotsAt(world, 1.1),
    ),
  );
  console.log(fleetTable(runs));
}
