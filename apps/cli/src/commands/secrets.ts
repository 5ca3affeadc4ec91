/** The stored secrets of connections and vaults. */
import { defineCommand, print } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { countOf } from "../format.ts";

export const secretsReseal = defineCommand({
  name: "secrets reseal",
  summary: "Seal stored secrets with the new key of the installation",
  details:
    "After the new key is the first line of the key file everywhere. Exit code 1: some secrets cannot be read.",
  input: {},
  examples: ["secrets reseal"],
  run: async (session) => {
    const done = await session.server.call((api) => api.settings.resealSecrets.mutate());
    const { resealed, unreadable } = done;
    const left =
      unreadable.length === 0 ? "" : `\nNo key of the file opens the secrets of: ${unreadable.join(", ")}.`;
    print(session, done, () => `${countOf(resealed, "secret")} sealed with the new key.${left}`);
    return unreadable.length === 0 ? exitCodes.ok : exitCodes.failed;
  },
});
