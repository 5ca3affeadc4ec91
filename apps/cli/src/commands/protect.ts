import { finishJob, jobOutcome, openSession, print, type Register } from "../command.ts";
import { pointLine, resultOf } from "./backup.ts";

interface Options {
  readonly policy: string;
  readonly excludeDisk?: readonly string[];
  readonly wait?: boolean;
  readonly json?: boolean;
}

export const registerProtect: Register = (program, surroundings) => {
  program
    .command("protect")
    .description("put a virtual machine under a policy; its first backup starts at once")
    .argument("<vm>", "name, resource-group/name or id")
    .requiredOption("--policy <name>", "name or id of the policy")
    .option("--exclude-disk <disk...>", 'disks to leave out: "os" or a LUN')
    .option("--wait", "wait until the first backup has ended")
    .option("--json", "print JSON")
    .action(async (vm: string, options: Options) => {
      const session = await openSession(surroundings, options.json === true);
      const { policy, excludeDisk } = options;
      // A virtual machine may have been created, or created anew, a second ago.
      await session.server.call((api) => api.vms.refresh.mutate());
      const answer = await session.server.call((api) =>
        api.protection.set.mutate({
          vm,
          policy,
          ...(excludeDisk !== undefined && { excludedDisks: [...excludeDisk] }),
        }),
      );
      if (options.wait === true && answer.jobId !== null) {
        session.terminal.note(
          `${answer.vm.name} is protected by ${answer.policy.name}; its first backup has started.`,
        );
        const job = await finishJob(session, surroundings, answer.jobId);
        const point = await resultOf(session, job);
        const lines = (): string => [jobOutcome(job), pointLine(point)].filter(Boolean).join("\n");
        print(session, { ...answer, job, point }, lines);
        return;
      }
      const started = answer.jobId === null ? "" : `; first backup: job ${answer.jobId}`;
      print(session, answer, () => `${answer.vm.name} is protected by ${answer.policy.name}${started}`);
    });
};
