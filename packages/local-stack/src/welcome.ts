/** The last thing that a start prints: where to go, as whom, and what to try. */
import { demoPeople } from "@kluis/local-azure";

const may: Readonly<Record<keyof typeof demoPeople, string>> = {
  olivia: "everything, in the whole organisation",
  bram: "policies, protection, backups and restores of team Commerce",
  omar: "back up and restore the VMs of team Commerce",
  rosa: "see what team Platform has, change nothing",
  ada: "read every report and the audit log",
};

export function whereToGo(url: string): string[] {
  const people = Object.entries(demoPeople).map(([key, person]) => {
    const what = may[key as keyof typeof demoPeople];
    return `    ${person.name.padEnd(18)} ${what}`;
  });
  return [
    "",
    `  Kluis is at ${url}`,
    "  Sign in as one of the demo people (the local Entra asks for no password):",
    ...people,
    "",
    "  From a second terminal, in this folder:",
    "    npx kluis vms",
    "    npx kluis backup web-01 --wait",
    "    npx kluis report points --format csv",
    "",
    "  Ctrl-C stops everything; npm start goes on where it was.",
    "",
  ];
}
