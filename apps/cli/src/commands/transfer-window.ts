/** When the backups of a policy move data. */
import { type TransferWindow, transferWindowSchema } from "@kluis/domain";
import { z } from "zod";
import { argument, defineCommand, flag, listOption, option } from "../command.ts";
import { UsageError } from "../failure.ts";
import { anyOf, text } from "../values.ts";
import { editPolicy } from "./edit-policy.ts";

const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const { from: time } = transferWindowSchema.shape;

export const transferWindow = defineCommand({
  name: "transfer-window",
  summary: "Set when the backups of a policy may move data",
  details:
    "Snapshots are taken at the planned times, and their data waits for the window. Times are in the policy's time zone. " +
    "A --to at or before --from is on the next day. Restores do not wait.",
  input: {
    policy: argument("name or id", text),
    from: option("time", "when it opens, such as 22:00", time.optional()),
    to: option("time", "when it closes, such as 06:00", time.optional()),
    days: listOption(
      "day",
      `days on which it opens: ${anyOf(days)}; without them every day`,
      z.array(z.enum(days, { error: `Use ${anyOf(days)}.` })).optional(),
    ),
    always: flag("move data as soon as a snapshot is complete"),
  },
  examples: [
    "transfer-window standard-daily --from 22:00 --to 06:00",
    "transfer-window standard-daily --from 20:00 --to 20:00 --days sat sun",
    "transfer-window standard-daily --always",
  ],
  run: async (session, { policy: ref, always, ...asked }) => {
    const window = windowOf(asked, always);
    return editPolicy(session, ref, ({ transfer, ...rest }) => {
      const kept = transfer?.bandwidth === undefined ? {} : { bandwidth: transfer.bandwidth };
      return window === null && kept.bandwidth === undefined
        ? rest
        : { ...rest, transfer: { window, ...kept } };
    });
  },
});

interface Asked {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly days?: readonly (typeof days)[number][] | undefined;
}

/** @throws UsageError when the options contradict each other */
function windowOf({ from, to, days: chosen }: Asked, always: boolean): TransferWindow | null {
  const isAsked = from !== undefined || to !== undefined || chosen !== undefined;
  if (always) {
    if (isAsked)
      throw new UsageError("--always has no times and no days.", "Use either --always, or --from and --to.");
    return null;
  }
  if (from === undefined || to === undefined)
    throw new UsageError("The window needs two times.", "Use --from and --to, or --always.");
  const numbers = days.flatMap((day, index) => (chosen?.includes(day) === true ? [index + 1] : []));
  return chosen === undefined || numbers.length === days.length ? { from, to } : { days: numbers, from, to };
}
