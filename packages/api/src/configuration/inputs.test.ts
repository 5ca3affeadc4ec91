import { type ChangeKind, changeKinds, directChangeKinds, permittedChangeKinds } from "@kluis/domain";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isConfiguration, secondPersonAnswers } from "./answers.ts";
import { fixedFacts, seenFacts } from "./facts.ts";
import { storedInput } from "./inputs.ts";

const id = "00000000-0000-4000-8000-000000000042";
/** Texts of a key that occur in no other part of an input. */
const secrets = fc.stringMatching(/^[A-Za-z0-9+/]{24,40}$/).map((text) => `Zq${text}==`);

test("a stored input has no secret, and keeps the addresses", () => {
  fc.assert(
    fc.property(secrets, secrets, fc.constantFrom("acct", "other"), (one, two, account) => {
      const text = (key: string) => `DefaultEndpointsProtocol=https;AccountName=${account};AccountKey=${key}`;
      const signed = `BlobEndpoint=https://${account}.blob.core.windows.net;SharedAccessSignature=sv=1&sig=${two}`;
      const identities = {
        connectionString: text(one),
        collectorConnectionString: text(two),
        readerConnectionString: signed,
      };
      const inputs: readonly (readonly [ChangeKind, object])[] = [
        ["vaults.add", { name: "new", place: { kind: "azure-blob", container: "points", ...identities } }],
        ["vaults.rotate", { vault: "main", ...identities }],
        [
          "connections.add",
          { name: "new", tenantId: id, credential: { kind: "secret", clientId: id, secret: one } },
        ],
        [
          "connections.rotate",
          { connection: "main", credential: { kind: "secret", clientId: id, secret: two } },
        ],
      ];
      for (const [kind, input] of inputs) {
        const stored = JSON.stringify(storedInput(kind, input));
        expect(stored).not.toContain(one);
        expect(stored).not.toContain(two);
      }
      const vault = JSON.stringify(storedInput("vaults.rotate", { vault: "main", ...identities }));
      expect(vault).toContain(`AccountName=${account}`);
      expect(vault).toContain(`https://${account}.blob.core.windows.net`);
    }),
  );
});

test("a change is direct or permitted, and a procedure without an answer is a change", () => {
  const permitted = new Set<string>(permittedChangeKinds);
  expect(directChangeKinds.filter((kind) => permitted.has(kind))).toEqual([]);
  for (const [path, answer] of Object.entries(secondPersonAnswers))
    expect(isConfiguration(path)).toBe(answer === "configuration");
  expect(isConfiguration("vaults.something")).toBe(true);
  expect(changeKinds.every(isConfiguration)).toBe(true);
});

test("counts that grow with the inventory are seen, and end no request", () => {
  const target = { type: "team", id: "1", name: "Shop" } as const;
  const fact = (vmsAdded: number, scope: string) => [
    { kind: "team.scope-added", target, data: { vmsAdded, scope } } as const,
  ];
  expect(fixedFacts(fact(1, "a"))).toBe(fixedFacts(fact(2, "a")));
  expect(seenFacts(fact(1, "a"))).not.toBe(seenFacts(fact(2, "a")));
  expect(fixedFacts(fact(1, "a"))).not.toBe(fixedFacts(fact(1, "b")));
});
