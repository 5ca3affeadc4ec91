/** The last lines of a start: the address, the demo users, commands to try. */
import { demoPeople } from "@kluis/local-azure";
import { RESTORE_POINT_REFILL } from "./demo-settings.ts";

const rights: Readonly<Record<keyof typeof demoPeople, string>> = {
  olivia: "everything, in the whole organization",
  bram: "policies, protection, backups and restores of team Commerce",
  omar: "back up and restore the VMs of team Commerce",
  rosa: "see team Platform, change nothing",
  ada: "read every report and the audit log",
  otto: "as Olivia: the second person who approves what she requests",
};

/** Returns the lines that `npm start` prints when the portal is ready. */
export function welcomeLines(url: string): string[] {
  const users = Object.entries(demoPeople).map(([key, person]) => {
    const what = rights[key as keyof typeof demoPeople];
    return `    ${person.name.padEnd(18)} ${what}`;
  });
  return [
    "",
    `  Kluis is at ${url}`,
    "  Sign in as one of these demo users (the local Entra needs no password):",
    ...users,
    "",
    "  In a second terminal, in this folder:",
    "    npx kluis vms",
    "    npx kluis backup web-01 --wait",
    "    npx kluis report points --format csv",
    "",
    "  The local Azure is as strict as Azure: operations take seconds, and requests have budgets.",
    `  One difference: the budget of 3 restore points per VM and hour refills ${RESTORE_POINT_REFILL} times faster.`,
    "",
    "  Ctrl-C stops everything. The next npm start continues from there.",
    "",
  ];
}
