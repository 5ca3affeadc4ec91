import { finishJob, jobOutcome, openSession, print, type Register } from "../command.ts";
import { formatFacts } from "../table.ts";

interface Options {
  readonly disk: string;
  readonly name: string;
  readonly resourceGroup?: string;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly json?: boolean;
}

export const registerRestoreDisk: Register = (program, surroundings) => {
  program
    .command("restore-disk")
    .description("write a disk of a recovery point to a new managed disk")
    .argument("<point>", "id, a unique beginning of it, or VM@latest")
    .requiredOption("--disk <disk>", '"os" or a LUN')
    .requiredOption("--name <disk>", "name of the new managed disk")
    .option("--resource-group <group>", "where; else the virtual machine's own")
    .option("--dry-run", "say what would happen in Azure, and do nothing")
    .option("--wait", "wait until the disk is there")
    .option("--json", "print JSON")
    .action(async (point: string, options: Options) => {
      const session = await openSession(surroundings, options.json === true);
      const { disk, name, resourceGroup } = options;
      const input = { point, disk, name, ...(resourceGroup !== undefined && { resourceGroup }) };
      if (options.dryRun === true) {
        const plan = await session.server.call((api) => api.restores.plan.query(input));
        print(session, plan, () =>
          [
            formatFacts([
              ["Disk", plan.target.resourceId],
              [
                "From",
                `${plan.vm.name} ${plan.disk.name}, ${plan.point.takenAt} (${plan.point.consistency})`,
              ],
            ]),
            ...plan.steps.map((step, index) => `${index + 1}. ${step}`),
            ...plan.notes.map((note) => `- ${note}`),
          ].join("\n"),
        );
        return;
      }
      const started = await session.server.call((api) => api.restores.create.mutate(input));
      if (options.wait !== true) {
        print(session, started, () => `restore to ${started.target.name} started: job ${started.jobId}`);
        return;
      }
      const job = await finishJob(session, surroundings, started.jobId);
      const where = job.state === "succeeded" ? `\ndisk ${started.target.resourceId}` : "";
      print(session, { ...started, job }, () => jobOutcome(job) + where);
    });
};
