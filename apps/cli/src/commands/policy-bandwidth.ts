/** How fast the backups of a policy may store. */
import { leastBandwidth } from "@kluis/domain";
import { argument, defineCommand } from "../command.ts";
import { bandwidth, text } from "../values.ts";
import { editPolicy } from "./edit-policy.ts";

export const policyBandwidth = defineCommand({
  name: "policy-bandwidth",
  summary: "Limit how fast the backups of a policy may store",
  details:
    "All backups of the policy share the limit, on all engines. The lowest of the limits of policy, vault and engine counts. " +
    "It reaches backups that run already. Restores have no limit.",
  input: {
    policy: argument("name or id", text),
    rate: argument(`MiB per second, from ${leastBandwidth}, or none`, bandwidth),
  },
  examples: ["policy-bandwidth standard-daily 50", "policy-bandwidth standard-daily none"],
  run: async (session, { policy, rate }) => {
    return editPolicy(session, policy, ({ transfer, ...rest }) => {
      const window = transfer?.window ?? null;
      if (rate !== null) return { ...rest, transfer: { window, bandwidth: rate } };
      return window === null ? rest : { ...rest, transfer: { window } };
    });
  },
});
