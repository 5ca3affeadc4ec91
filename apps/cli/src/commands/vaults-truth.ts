/** Whether a vault holds what the database knows, and what to do when it does not. */
import { setTimeout as sleep } from "node:timers/promises";
import { countStrays, vaultTruthTexts } from "@kluis/domain";
import type { VaultRow } from "../api-types.ts";
import { argument, defineCommand, flag, print } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { countOf } from "../format.ts";
import { text } from "../values.ts";

const reference = argument("name or id", text);

/** How often the command looks whether the engine is done, and for how long. */
const LOOK_MS = 1_000;
const MOST_LOOKS = 3_600;

function truthOf({ name, truth }: VaultRow): string {
  const { state, facts, strays, comparing } = truth;
  const found = [
    ...(facts !== null && facts.unknownPoints > 0
      ? [`${countOf(facts.unknownPoints, "unknown point")}`]
      : []),
    ...(facts !== null && facts.missingPoints > 0
      ? [`${countOf(facts.missingPoints, "missing point")}`]
      : []),
    ...(strays !== null && countStrays(strays) > 0
      ? [`${countOf(countStrays(strays), "unknown object")} (first: ${strays.names[0] ?? "-"})`]
      : []),
    ...(comparing ? ["backups wait for a comparison"] : []),
  ];
  return [`${name}: ${vaultTruthTexts[state]}`, ...found].join("; ");
}

export const vaultsReconcile = defineCommand({
  name: "vaults reconcile",
  summary: "Take over what a vault has and the database does not know",
  details:
    "For a database or a vault that was restored from a backup. Adds the recovery points and packs in the storage that the database does not know, marks points whose content is missing, and accepts the difference. Deletes nothing. Exit code 1 means that they still differ.",
  input: { vault: reference, noWait: flag("return at once") },
  examples: ["vaults reconcile main"],
  run: async (session, { vault, noWait: isQuick }) => {
    let row = await session.server.call((api) => api.vaults.adopt.mutate({ vault }));
    const { id } = row;
    for (let look = 0; !isQuick && row.truth.adopting && look < MOST_LOOKS; look++) {
      await sleep(LOOK_MS, undefined, { signal: session.signal });
      row = await session.server.call((api) => api.vaults.get.query({ vault: id }));
    }
    print(session, row, () => (isQuick ? `${row.name} is being reconciled.` : truthOf(row)));
    return isQuick || row.truth.state === "agrees" ? exitCodes.ok : exitCodes.failed;
  },
});

export const vaultsCheck = defineCommand({
  name: "vaults check",
  summary: "Show whether a vault holds what the database knows",
  details: "Exit code 1 means that they differ, or are being compared.",
  input: { vault: reference },
  examples: ["vaults check main"],
  run: async (session, { vault }) => {
    const row = await session.server.call((api) => api.vaults.get.query({ vault }));
    const isGood = row.truth.state === "agrees" && !row.truth.comparing;
    print(session, row, (look) => look.paint(isGood ? "good" : "bad", truthOf(row)));
    return isGood ? exitCodes.ok : exitCodes.failed;
  },
});
