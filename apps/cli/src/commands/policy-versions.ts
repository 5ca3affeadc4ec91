/** The versions of a policy, and what each changed. */
import { argument, defineCommand, print } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { minuteOf } from "../format.ts";
import { text } from "../values.ts";

export const policyVersions = defineCommand({
  name: "policy-versions",
  summary: "Show what each version of a policy changed",
  input: { policy: argument("name or id", text) },
  examples: ["policy-versions standard-daily"],
  run: async (session, { policy }) => {
    const { name, currentVersion, versions } = await session.server.call((api) =>
      api.policies.get.query({ policy }),
    );
    print(session, versions, () =>
      versions
        .flatMap(({ version, createdAt, createdBy, sentence, changes }) => [
          `${name}, version ${version}${version === currentVersion ? " (in force)" : ""}, ${minuteOf(createdAt)} UTC by ${createdBy.name}`,
          ...(changes.length === 0 ? [`  ${sentence}`] : changes.map((change) => `  ${change.text}`)),
        ])
        .join("\n"),
    );
    return exitCodes.ok;
  },
});
