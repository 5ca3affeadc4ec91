import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Harness, type Ran, startHarness } from "../test/harness.ts";
import { commands } from "./commands/index.ts";
import { exitCodes } from "./failure.ts";

/** The objects and the folder that the lines refer to. */
interface Facts {
  point: string;
  job: string;
  approval: string;
  bulk: string;
  folder: string;
}

const ruleOptions =
  "--times 01:00 --description test --time-zone UTC --keep-last 3 --daily 7 --weekly 4 --monthly 2 --yearly 1 --instant-restore-days 1 --soft-delete-days 20 --consistency crash --if-not-possible fail --vss copy";

const window = "--every 6 --from 08:00 --hours 12";
const policyFile =
  'schedule: { kind: daily, times: ["02:00"], timeZone: Europe/Amsterdam }\nretention: { daily: 14 }\n';

interface Step {
  readonly line: (facts: Facts) => string;
  /** Leaves jobs open, as while every engine is busy. */
  readonly isEngineBusy?: boolean;
  readonly code?: number;
  /** The error code with which the server refuses the line. */
  readonly refusal?: string;
  /** Another owner approves what the line requests. */
  readonly isApproved?: boolean;
  /** The response is written to a file or discarded. */
  readonly isSilent?: boolean;
}

const tenant = "00000000-0000-4000-8000-0000000000b1";
const client = "00000000-0000-4000-8000-0000000000c1";

/** Run in this order against one stack; together they use every option of every command. */
const steps: readonly Step[] = [
  { line: () => "vms --search shop --refresh --json" },
  { line: () => "vm shop-01 --json" },
  { line: () => "policies --json" },
  { line: () => `policies create nightly ${ruleOptions} --team commerce --preview --json` },
  { line: ({ folder }) => `policies create nightly --file ${folder}/policy.yaml ${window} --json` },
  {
    line: () =>
      `policies edit nightly ${ruleOptions} --preview --yes --reason test --ticket T-1 --expires-in-hours 24 --json`,
  },
  { line: ({ folder }) => `policies edit nightly --file ${folder}/policy.yaml ${window} --yes --json` },
  { line: () => "policies duplicate nightly nightly-copy --description copied --team commerce --json" },
  { line: () => "policies rename nightly-copy leaving --json" },
  { line: () => "policies retire leaving --json" },
  { line: () => "policies retire leaving --undo --json" },
  { line: () => "completion bash --json" },
  { line: () => "transfer-window standard-daily --from 22:00 --to 06:00 --days mon sun --json" },
  { line: () => "policy-bandwidth standard-daily 50 --json" },
  { line: () => "transfer-window standard-daily --always --json" },
  { line: () => "policy-bandwidth standard-daily none --json" },
  { line: () => "policy-versions standard-daily --json" },
  { line: () => "policy-verification standard-daily sampled --percent 10 --json" },
  { line: () => "policy-verification standard-daily sampled --gib 500 --json" },
  { line: () => "policy-verification standard-daily full --every-days 30 --json" },
  { line: () => "policy-verification standard-daily none --json" },
  {
    line: ({ folder }) =>
      `policy-scripts standard-daily --pre ${folder}/pre.sh --post ${folder}/post.sh --pre-parameters a b --post-parameters c --timeout 90 --stop-on-failure --no-freeze --json`,
  },
  { line: () => "policy-scripts standard-daily --guest --json" },
  { line: () => "policy-scripts standard-daily --none --json" },
  { line: () => "scripts shop-01 --json" },
  {
    line: () =>
      "protect shop-01 --policy standard-daily --preview --reason test --ticket T-1 --expires-in-hours 24 --json",
  },
  { line: () => "protect shop-01 --policy standard-daily --wait --json" },
  // Its only disk cannot be excluded: the server's refusal shows that the option arrives there.
  {
    line: () => "protect shop-01 --policy standard-daily --exclude-disk os --json",
    code: exitCodes.usage,
    refusal: "INPUT_INVALID",
  },
  { line: () => "backup shop-01 --wait --json" },
  { line: () => "backup shop-01 --also ops-01 --json" },
  { line: () => "protect shop-01 --also ops-01 --policy standard-daily --json" },
  { line: () => "unprotect shop-01 --also ops-01 --json" },
  {
    line: () =>
      "bulk start stop-delete --vms shop-01 --confirm 7 --reason test --ticket T-1 --expires-in-hours 24 --json",
    code: exitCodes.usage,
    refusal: "INPUT_INVALID",
  },
  { line: () => "bulk start protect --all --policy standard-daily --preview --json" },
  { line: () => "bulk start backup --matching shop --preview --wait --json" },
  { line: () => "bulk list --state running --mine --json" },
  { line: ({ bulk }) => `bulk show ${bulk} --state waiting --json` },
  { line: ({ bulk }) => `bulk cancel ${bulk} --json` },
  { line: ({ bulk }) => `bulk show ${bulk} --wait --json` },
  { line: () => "backup shop-01 --json", isEngineBusy: true },
  { line: ({ job }) => `cancel ${job} --json`, isEngineBusy: true },
  { line: ({ job }) => `job ${job} --wait --json` },
  { line: () => "jobs --vm shop-01 --state succeeded canceled --limit 5 --json" },
  { line: () => "points shop-01 --json" },
  { line: ({ point }) => `pin-point ${point} --reason test --json` },
  {
    line: () => "points shop-01 --pinned --search shop --from 2026-01-01 --to 2036-01-01 --limit 5 --json",
  },
  { line: () => "points shop-01 --pinned --json" },
  {
    line: ({ point }) => `unpin-point ${point} --reason test --ticket T-1 --expires-in-hours 24 --json`,
    code: exitCodes.requested,
  },
  { line: () => "approvals list --state pending --kind points.unpin --vm shop-01 --mine --json" },
  {
    line: ({ approval }) => `approvals reject ${approval} --reason test --json`,
    code: exitCodes.notAllowed,
    refusal: "FORBIDDEN",
  },
  { line: ({ approval }) => `approvals withdraw ${approval} --json` },
  {
    line: ({ point }) => `unpin-point ${point} --reason test --json`,
    code: exitCodes.requested,
    isApproved: true,
  },
  { line: ({ approval }) => `approvals show ${approval} --wait --json` },
  { line: ({ point }) => `point ${point} --json` },
  { line: ({ point }) => `verify ${point} --mode sampled --percent 5 --no-wait --vault main --json` },
  {
    line: ({ point, folder }) =>
      `download ${point} --disk os --to ${path.join(folder, "os.vhd")} --format vhd --vault main --force --json`,
  },
  {
    line: () =>
      "restore-disk shop-01@latest --disk os --name back --resource-group commerce-rg --skip-damaged --dry-run --json",
  },
  {
    line: () =>
      "restore-disk shop-01@latest --disk os --name back --sku Premium_ZRS --zone none --encryption platform-key --access deny-all --dry-run --json",
  },
  { line: () => "restore-disk shop-01@latest --disk os --name back --vault main --wait --json" },
  {
    line: ({ folder }) =>
      `report points --format json --from 2026-01-01 --to 2036-01-01 --to-file ${path.join(folder, "r.json")} --json`,
    isSilent: true,
  },
  {
    line: () => "audit list --vm shop-01 --search shop --from 2026-01-01 --to 2036-01-01 --limit 250 --json",
  },
  { line: () => "audit verify --json", code: exitCodes.failed },
  // The disk was never confirmed: the server's refusal shows that the option arrives there.
  {
    line: () => "allow-lists shop-01 --disk os --json",
    code: exitCodes.notFound,
    refusal: "DISK_NOT_FOUND",
  },
  { line: () => "attention --json" },
  { line: () => "health --json", code: exitCodes.failed },
  { line: () => "whoami --json" },
  {
    line: () => "unprotect shop-01 --reason test --delete-data --confirm other --json",
    code: exitCodes.usage,
    refusal: "INPUT_INVALID",
  },
  {
    line: () =>
      "unprotect shop-01 --reason test --delete-data --confirm shop-01 --ticket T-1 --expires-in-hours 24 --json",
    code: exitCodes.requested,
  },
  { line: ({ approval }) => `approvals withdraw ${approval} --json` },
  { line: () => "unprotect shop-01 --reason test --json" },
  { line: () => "connections list --json" },
  {
    line: ({ folder }) =>
      `connections add new --tenant ${tenant} --cloud public --credential secret --client-id ${client} --secret-file ${path.join(folder, "secret")} --no-wait --json`,
  },
  // The variable is missing: nothing is sent.
  {
    line: () => `connections add env --tenant ${tenant} --client-id ${client} --secret-env NO_SUCH --json`,
    code: exitCodes.usage,
    refusal: "INPUT_INVALID",
  },
  { line: () => "connections test main --no-wait --json" },
  {
    line: ({ folder }) =>
      `connections rotate new --credential secret --client-id ${client} --secret-file ${path.join(folder, "secret")} --no-wait --json`,
  },
  {
    line: () => `connections rotate new --client-id ${client} --secret-env NO_SUCH --json`,
    code: exitCodes.usage,
    refusal: "INPUT_INVALID",
  },
  {
    line: () => `connections enable new --subscription ${client} --json`,
    code: exitCodes.failed,
    refusal: "CONFLICT",
  },
  { line: () => `connections edit new --name newer --tenant ${client} --json` },
  { line: () => "connections disable newer --json" },
  { line: () => "connections remove newer --json" },
  { line: () => "teams list --json" },
  { line: () => "teams create Web --json" },
  { line: () => `teams add-scope web --subscription ${client} --preview --json` },
  { line: () => `teams add-scope web --subscription ${client} --resource-group shop-rg --json` },
  { line: () => "teams add-scope web --tag env=test --json" },
  { line: () => "teams show web --json" },
  {
    line: () => `teams remove-scope web ${client} --preview --json`,
    code: exitCodes.notFound,
    refusal: "NOT_FOUND",
  },
  { line: () => `teams remove-scope web ${client} --json`, code: exitCodes.notFound, refusal: "NOT_FOUND" },
  { line: () => "roles create Night --team web --permission backup:run --description shifts --json" },
  {
    line: () =>
      "roles edit Night --team web --name Nights --permission backup:run restore:files --description x --json",
  },
  { line: () => "roles remove Nights --team web --json" },
  { line: () => "roles list --json" },
  { line: () => "teams add-member reader --team web --group g-1 --group-name Helpdesk --json" },
  {
    line: () => "teams add-member reader --team web --person none@x.example --json",
    code: exitCodes.notFound,
    refusal: "NOT_FOUND",
  },
  { line: () => `teams remove-member ${client} --json`, code: exitCodes.notFound, refusal: "NOT_FOUND" },
  { line: () => "teams rename web Webshop --json" },
  { line: () => "teams remove web --policies-to commerce --json" },
  { line: () => "teams create Web --json" },
  { line: () => "teams remove web --policies-to-all --json" },
  { line: () => "people list --search olivia --limit 5 --json" },
  { line: () => "directory show --json" },
  // The portal of this test does not read the directory.
  { line: () => "directory sync --json", code: exitCodes.failed },
  { line: () => "directory groups kluis --json" },
  { line: () => "access explain me backup:run --vm shop-01 --json" },
  { line: () => "access explain me backup:run --team commerce --json" },
  {
    line: () => `access explain me backup:run --token ${client} --json`,
    code: exitCodes.notFound,
    refusal: "NOT_FOUND",
  },
  { line: () => "tokens list --all --json" },
  { line: () => `tokens revoke ${client} --json`, code: exitCodes.notFound, refusal: "NOT_FOUND" },
  { line: () => "sessions list --json" },
  { line: () => `sessions end ${client} --json`, code: exitCodes.notFound, refusal: "NOT_FOUND" },
  ...["show", "enable", "sign-out", "unlink"].map((verb) => ({
    line: () => `people ${verb} none@x.example --json`,
    code: exitCodes.notFound,
    refusal: "NOT_FOUND",
  })),
  {
    line: () => "people disable none@x.example --reason test --json",
    code: exitCodes.notFound,
    refusal: "NOT_FOUND",
  },
  {
    line: () => `people revoke-token none@x.example ${client} --json`,
    code: exitCodes.notFound,
    refusal: "NOT_FOUND",
  },
  {
    line: () => "people link none@x.example other@x.example --json",
    code: exitCodes.notFound,
    refusal: "NOT_FOUND",
  },
  {
    line: () =>
      "rules preview --team commerce --policy standard-daily --tag env=prod backup --subscription any --resource-group any --region westeurope --position 1 --verdict matched --limit 5 --json",
  },
  {
    line: () =>
      "rules create production --team commerce --policy standard-daily --tag env=prod env=live backup --subscription any --resource-group commerce-rg --region westeurope --position 1 --paused --json",
  },
  {
    line: () =>
      "rules edit production --name live --policy enhanced-4h --tag env=live --subscription any --resource-group any --region any --position 1 --resume --json",
  },
  { line: () => "rules edit live --pause --json" },
  { line: () => "rules list --json" },
  { line: () => "rules show live --json" },
  { line: () => "rules delete live --json" },
  {
    line: () =>
      "exclusions add shop-01 --reason test --until 2001-01-01 --owner owner@contoso.example --json",
    code: exitCodes.usage,
    refusal: "INPUT_INVALID",
  },
  { line: () => "exclusions list --vm shop-01 --state active --limit 5 --json" },
  {
    line: () => "exclusions end 00000000-0000-4000-8000-0000000000e1 --json",
    code: exitCodes.notFound,
    refusal: "NOT_FOUND",
  },
  {
    line: ({ folder }) =>
      `guardrails set --file ${folder}/guardrails.yaml --shortest-days 30 --longest-interval 48 --instant-restore-least none --instant-restore-most 7 --verification sampled --verify-every-days 90 --soft-delete-days 14 --vault-regions westeurope --vault-keys recovery-proven --restore-regions westeurope --downloads allowed --networks 10.0.0.0/8 --tag-scopes refused --second-person required --preview --json`,
  },
  { line: ({ folder }) => `guardrails set --file ${folder}/guardrails.yaml --yes --json` },
  { line: () => "guardrails set --second-person required --yes --json" },
  {
    line: () => "guardrails set --second-person none --yes --json",
    code: exitCodes.failed,
    refusal: "CONFLICT",
  },
  {
    line: () =>
      "guardrails set --second-person none --yes --ask reason --ask-ticket T-1 --ask-hours 2 --json",
    code: exitCodes.requested,
    isApproved: true,
  },
  { line: () => "guardrails show --json" },
  { line: () => "guardrails check --json", code: exitCodes.failed },
  { line: () => "guardrails set --shortest-days none --yes --json" },
  { line: () => "guardrails check --json" },
  { line: () => "guardrails history --limit 5 --json" },
  { line: () => "vaults list --json" },
  { line: () => "vaults show main --json" },
  { line: () => "vaults collect main --dry-run --json" },
  { line: () => "vaults damage --json" },
  { line: () => "vaults damage main --healed --page 1 --json" },
  { line: () => "vaults add more --folder more --region westeurope --no-wait --json" },
  {
    line: ({ folder }) =>
      `vaults add blob --container kluis-blob --secret-file ${path.join(folder, "storage")} --collector-secret-file ${path.join(folder, "storage")} --reader-secret-file ${path.join(folder, "storage")} --no-wait --json`,
  },
  {
    line: () => "vaults add env --container kluis-blob --secret-env NO_SUCH --json",
    code: exitCodes.usage,
    refusal: "INPUT_INVALID",
  },
  { line: () => "vaults test main --no-wait --json" },
  { line: () => "vaults check main --json" },
  { line: () => "vaults reconcile main --no-wait --json" },
  {
    line: ({ folder }) =>
      `vaults rotate blob --secret-file ${path.join(folder, "storage")} --collector-secret-file ${path.join(folder, "storage")} --reader-secret-file ${path.join(folder, "storage")} --no-wait --json`,
  },
  {
    line: () => "vaults rotate blob --secret-env NO_SUCH --json",
    code: exitCodes.usage,
    refusal: "INPUT_INVALID",
  },
  { line: () => "vaults enable main --json" },
  { line: () => "vaults rename more further --json" },
  { line: () => "vaults disable further --json" },
  { line: () => "vaults remove further --json" },
  { line: () => "vaults default main --json" },
  {
    line: () =>
      "vaults set main --deduplication resource-group --bandwidth 200 --verify-gib 500 --region westeurope --json",
  },
  { line: () => "vaults set main --deduplication subscription --bandwidth none --verify-gib none --json" },
  {
    // The second vault is disabled: the server's refusal shows that the options arrive there.
    line: () =>
      "vaults copy main --to blob --daily 02:00 --time-zone UTC --bandwidth 50 --keep-days 3 --lag-hours 24 --json",
    code: exitCodes.failed,
    refusal: "CONFLICT",
  },
  {
    line: () => "vaults copy main --to blob --always --json",
    code: exitCodes.failed,
    refusal: "CONFLICT",
  },
  { line: () => "vaults copy main --off --json" },
  { line: () => "keys list main --json" },
  { line: () => "keys add-recovery main --label Safe --json" },
  {
    line: () => "keys add-key-vault main https://none.vault.azure.net/keys/kluis --label Azure --json",
    code: exitCodes.failed,
    refusal: "INTERNAL",
  },
  { line: () => `keys add-file main ${"A".repeat(42)}I= --label standby --json` },
  { line: () => "keys add-shares main --threshold 2 --shares 3 --label Board --json" },
  {
    line: ({ folder }) => `keys prove-recovery main --secret-file ${path.join(folder, "secret")} --json`,
    code: exitCodes.usage,
    refusal: "INPUT_INVALID",
  },
  {
    line: () => "keys prove-recovery main --secret-env NO_SUCH --json",
    code: exitCodes.usage,
    refusal: "INPUT_INVALID",
  },
  {
    line: () => "keys remove main 0123456789abcdef --json",
    code: exitCodes.notFound,
    refusal: "NOT_FOUND",
  },
  { line: () => "keys rotate main --json" },
  { line: () => "secrets reseal --json" },
  { line: ({ folder }) => `vault init ${vaultOf(folder)} --connection-file - --json` },
  {
    line: ({ folder }) =>
      `vault backup ${folder}/disk.img --more ${folder}/data.img --name pair --os linux --base none ${vaultOf(folder)} --connection-file - --json`,
  },
  {
    line: ({ folder }) =>
      `vault backup ${folder}/disk.img --changed ${folder}/ranges.txt --name pair ${vaultOf(folder)} --json`,
  },
  { line: ({ folder }) => `vault ls pair@latest ${vaultOf(folder)} --connection-file - --json` },
  {
    line: ({ folder }) =>
      `vault verify pair@latest --more pair@latest --mode sampled --percent 50 ${vaultOf(folder)} --connection-file - --json`,
  },
  {
    line: ({ folder }) =>
      `vault restore pair@latest --disk os --to ${folder}/back.img --format vhd --force --skip-damaged ${vaultOf(folder)} --connection-file - --json`,
  },
  {
    line: ({ folder }) =>
      `vault restore pair@latest --disk os --to ${folder}/back.qcow2 --format qcow2 ${vaultOf(folder)} --json`,
  },
  {
    line: ({ folder }) =>
      `vault copy ${folder}/copy --to-connection-file - ${vaultOf(folder)} --connection-file - --json`,
  },
  {
    line: ({ folder }) =>
      `vault collect --dry-run --older-than 48 ${vaultOf(folder)} --connection-file - --json`,
  },
  { line: ({ folder }) => `vault keys ${vaultOf(folder)} --connection-file - --json` },
  {
    line: ({ folder }) =>
      `vault add-key --label safe --new-key-file ${folder}/second.key ${vaultOf(folder)} --connection-file - --json`,
  },
  { line: ({ folder }) => `vault add-key --shares 2/3 ${vaultOf(folder)} --json` },
  {
    line: ({ folder }) =>
      `vault add-key --new-key-vault https://example.com/keys/kluis ${vaultOf(folder)} --json`,
    code: exitCodes.usage,
    refusal: "INPUT_INVALID",
  },
  { line: ({ folder }) => `vault public-key ${folder}/own.key --json` },
  { line: ({ folder }) => `vault rotate-keys ${vaultOf(folder)} --connection-file - --json` },
  {
    line: ({ folder }) => `vault remove-key zz ${vaultOf(folder)} --connection-file - --json`,
    code: exitCodes.notFound,
    refusal: "NOT_FOUND",
  },
  // The database of the variable is missing: nothing is opened.
  {
    line: ({ folder }) => `vault rebuild --name main ${vaultOf(folder)} --connection-file - --json`,
    code: exitCodes.usage,
    refusal: "INPUT_INVALID",
  },
  {
    line: ({ point }) =>
      `delete-point ${point} --also ${point} --reason test --ticket T-1 --expires-in-hours 24 --yes --json`,
    code: exitCodes.requested,
    isApproved: true,
  },
  { line: () => "points shop-01 --deleted --json" },
  { line: () => "points --vault main --json" },
  { line: ({ point }) => `undelete-point ${point} --json` },
];

function vaultOf(folder: string): string {
  return `--vault ${folder}/own-vault --key-file ${folder}/own.key --key-vault https://none.vault.azure.net/keys/kluis`;
}

const placeholders: Facts = {
  approval: "APPROVAL",
  bulk: "BULK",
  point: "POINT",
  job: "JOB",
  folder: "FOLDER",
};

const errorLine = z.object({ error: z.object({ code: z.string() }) });

const bulkLine = z.object({ id: z.string(), total: z.int() });
const requestedLine = z.object({ requested: z.object({ id: z.string() }) });

async function approve({ world }: Harness, approval: string): Promise<void> {
  const second = await world.as("secondOwner");
  const { now } = await second.approvals.get({ approval });
  const { state } = await second.approvals.approve({ approval, seen: now?.seen ?? "" });
  expect(state).toBe("executed");
}

/** `protect --policy` for each option that the lines use. */
function usedOptions(): ReadonlySet<string> {
  return new Set(
    steps.flatMap(({ line }) => {
      const words = line(placeholders).split(" ");
      const name = commands
        .map((one) => one.name)
        .findLast((one) => line(placeholders).startsWith(`${one} `));
      // Every command has --ask and its two companions.
      const own = words.filter((word) => word.startsWith("--") && !word.startsWith("--ask"));
      return own.map((word) => `${name} ${word}`);
    }),
  );
}

test("no declared option is missing from the lines", () => {
  const declared = commands.flatMap(({ name, parameters }) => [
    ...parameters.filter(({ kind }) => kind !== "argument").map((option) => `${name} ${option.name}`),
    `${name} --json`,
  ]);
  expect([...usedOptions()].toSorted()).toEqual(declared.toSorted());
});

describe("every option of every command", () => {
  let harness: Harness;
  const facts: Facts = { ...placeholders };

  beforeAll(async () => {
    harness = await startHarness();
    await harness.world.as("secondOwner");
    facts.folder = harness.folder;
    await writeFile(path.join(harness.folder, "secret"), "a client secret\n");
    for (const name of ["pre.sh", "post.sh"]) await writeFile(path.join(harness.folder, name), "exit 0\n");
    await writeFile(path.join(harness.folder, "policy.yaml"), policyFile);
    await writeFile(path.join(harness.folder, "guardrails.yaml"), "retention: { shortestDays: 400 }\n");
    await writeFile(path.join(harness.folder, "storage"), "AccountName=acct;AccountKey=a2V5\n");
    for (const name of ["disk.img", "data.img"])
      await writeFile(path.join(harness.folder, name), new Uint8Array(2 ** 20).fill(1));
    await writeFile(path.join(harness.folder, "ranges.txt"), "0 512\n");
    facts.point = await harness.world.addPoint(harness.world.commerceVm, new Uint8Array(2 ** 20).fill(1));
  });
  afterAll(() => harness[Symbol.asyncDispose]());

  test.each(steps.map((step) => ({ title: step.line(placeholders), step })))("$title", async ({ step }) => {
    const run = (): Promise<Ran> => harness.kluis("owner", ...step.line(facts).split(" "));
    const { code, out, err } = step.isEngineBusy === true ? await run() : await harness.withEngine(run);
    const refusal = err === "" ? undefined : errorLine.parse(JSON.parse(err)).error.code;
    expect({ code, refusal }).toEqual({ code: step.code ?? exitCodes.ok, refusal: step.refusal });
    if (step.isSilent === true || step.refusal !== undefined) return;
    const started = z.object({ jobId: z.string() }).safeParse(JSON.parse(out));
    if (started.success) facts.job = started.data.jobId;
    const bulk = bulkLine.safeParse(JSON.parse(out));
    if (bulk.success) facts.bulk = bulk.data.id;
    const asked = requestedLine.safeParse(JSON.parse(out));
    if (asked.success) facts.approval = asked.data.requested.id;
    if (step.isApproved === true) await approve(harness, facts.approval);
  });
});
