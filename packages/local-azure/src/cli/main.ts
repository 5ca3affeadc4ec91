/** The command line. Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 not reachable. */
import { resolve } from "node:path";
import { Command, Option } from "commander";
import type { LocalAzureControl } from "../control/client.ts";
import { LocalAzureError } from "../errors.ts";
import { milliseconds } from "./duration.ts";
import { connect, dataFolder } from "./endpoint.ts";
import { faultAddCommand, faultInput, whole } from "./fault-options.ts";
import { bytes, faultsText, listText, reasonsText, snapshotsText, vmText } from "./format.ts";
import { conditionsText, type GuestOptions, guestCommand, guestPatch, guestText } from "./guest-options.ts";
import { settingsPatch, settingsText } from "./setting-options.ts";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_UNREACHABLE = 3;

const program = new Command("local-azure")
  .description("Manage a local Azure: its VMs, disks, snapshots and faults.")
  .option("--data <dir>", "data folder of the local Azure (default: $KLUIS_HOME/local-azure)")
  .exitOverride()
  .showHelpAfterError();

/** Connects, runs `work` and prints its result as JSON or text. */
async function act<T extends object>(
  work: (control: LocalAzureControl) => Promise<T>,
  text: (result: T) => string,
  json = false,
): Promise<void> {
  const { data } = program.opts<{ data?: string }>();
  const result = await work(await connect(dataFolder(data, process.env)));
  console.log(json ? JSON.stringify(result, undefined, 2) : text(result));
}

const jsonOption = (): Option => new Option("--json", "print JSON");

program
  .command("ls")
  .description("list VMs and their disks")
  .addOption(jsonOption())
  .action((options: { json?: boolean }) => act((control) => control.list(), listText, options.json));

program
  .command("snapshots")
  .description("list snapshots, restore points and open access")
  .addOption(jsonOption())
  .action((options: { json?: boolean }) =>
    act((control) => control.snapshots(), snapshotsText, options.json),
  );

interface ImportOptions {
  vm: string;
  os: "linux" | "windows";
  resourceGroup: string;
  disk: string[];
  stopped?: boolean;
  size?: string;
  subscription?: string;
  location?: string;
  json?: boolean;
}

program
  .command("import")
  .description("create a VM from disk images (raw or fixed VHD; the first is the OS disk)")
  .requiredOption("--vm <name>", "name of the new VM")
  .addOption(new Option("--os <os>", "operating system").choices(["linux", "windows"]).makeOptionMandatory())
  .requiredOption("--resource-group <name>", "resource group; created if missing")
  .requiredOption("--disk <file...>", "image files, OS disk first")
  .option("--stopped", "create the VM deallocated")
  .option("--size <sku>", "VM size")
  .option("--subscription <id or name>", "subscription (default: the first)")
  .option("--location <region>", "region (default: westeurope)")
  .addOption(jsonOption())
  .action((options: ImportOptions) => {
    const { json, disk, ...rest } = options;
    const input = { ...rest, disks: disk.map((file) => resolve(file)) };
    return act((control) => control.importVm(input), vmText, json);
  });

function diskRole(text: string): "os" | number {
  return text === "os" ? text : whole(text);
}

program
  .command("write")
  .description("write an image to a disk as the guest would: only 4 KiB blocks that differ")
  .requiredOption("--vm <name>", "name of the VM")
  .requiredOption("--disk <os|lun>", "os, or the LUN of a data disk", diskRole)
  .requiredOption("--image <file>", "image file with the new content")
  .addOption(jsonOption())
  .action((options: { vm: string; disk: "os" | number; image: string; json?: boolean }) =>
    act(
      (control) => control.write({ vm: options.vm, disk: options.disk, image: resolve(options.image) }),
      ({ writtenBytes, comparedBytes }) => `wrote ${bytes(writtenBytes)} (compared ${bytes(comparedBytes)})`,
      options.json,
    ),
  );

program
  .command("export")
  .description("save the content of a managed disk as a raw, sparse file")
  .requiredOption("--disk <name>", "name of the disk")
  .requiredOption("--to <file>", "file to write")
  .addOption(jsonOption())
  .action((options: { disk: string; to: string; json?: boolean }) =>
    act(
      (control) => control.exportDisk({ disk: options.disk, to: resolve(options.to) }),
      ({ sizeBytes, allocatedBytes }) => `${bytes(sizeBytes)}, of which ${bytes(allocatedBytes)} hold data`,
      options.json,
    ),
  );

program
  .command("power")
  .description("turn a VM on or off")
  .requiredOption("--vm <name>", "name of the VM")
  .argument("<state>", "on | off | deallocated")
  .action((state: string, options: { vm: string }) => {
    if (state !== "on" && state !== "off" && state !== "deallocated")
      throw new LocalAzureError("USAGE", `'${state}' is not a power state`, {
        action: "Use on, off or deallocated.",
      });
    return act((control) => control.power({ vm: options.vm, power: state }), vmText);
  });

program
  .command("settings")
  .description("show or change how strict it is: durations, budgets and limits")
  .argument("[settings...]", "NAME=VALUE, such as budgets=off")
  .addOption(jsonOption())
  .action((args: string[], options: { json?: boolean }) => {
    const patch = settingsPatch(args);
    return act((control) => control.settings(patch), settingsText, options.json);
  });

program
  .command("clock")
  .description("move the clock: operations, budgets, grants and tokens follow")
  .command("advance")
  .description("move the clock forward; prints the new time")
  .argument("<time>", "how far, such as 90s, 15m, 6h or 2d")
  .action((time: string) => {
    const ms = milliseconds(time);
    return act(
      async (control) => ({ now: await control.advanceClock(ms) }),
      ({ now }) => now,
    );
  });

program.addCommand(
  guestCommand().action(async (options: GuestOptions) => {
    if (options.conditions === true) return console.log(conditionsText());
    const { vm } = options;
    if (vm === undefined) throw new LocalAzureError("USAGE", "--vm is missing", { action: "Name the VM." });
    return act(
      async (control) => {
        const view = await control.guest(vm);
        const patch = await guestPatch(options, view);
        return patch ? control.setGuest(patch) : view;
      },
      guestText,
      options.json,
    );
  }),
);

const fault = program.command("fault").description("make calls fail, wait or break off");
fault.addCommand(
  faultAddCommand().action((type: string, options: Record<string, unknown>) =>
    act(
      (control) => control.addFault(faultInput(type, options)),
      (rule) => faultsText([rule]),
    ),
  ),
);
fault
  .command("reasons")
  .description("list what `fault add refuse --reason NAME --on CALL` can make")
  .action(() => console.log(reasonsText()));
fault
  .command("list")
  .description("list fault rules and their hits")
  .addOption(jsonOption())
  .action((options: { json?: boolean }) => act((control) => control.faults(), faultsText, options.json));
fault
  .command("clear")
  .description("remove one fault rule, or all")
  .argument("[id]", "id of the rule")
  .action((id?: string) =>
    act(
      async (control) => {
        await control.clearFaults(id);
        return {};
      },
      () => "cleared",
    ),
  );

program
  .command("serve")
  .description("run a local Azure in the foreground")
  .option("--port <n>", "port on 127.0.0.1 (default: a free one)", whole, 0)
  .option("--empty", "start without the demo fleet")
  .action(async (options: { port: number; empty?: boolean }) => {
    // Imported here only: the other commands start faster without the server.
    const { serve } = await import("./serve.ts");
    const { data } = program.opts<{ data?: string }>();
    const dataDir = resolve(dataFolder(data, process.env));
    await serve({ dataDir, port: options.port, empty: options.empty === true });
  });

/** Reports a failure on stderr and returns its exit code. */
function explain(error: unknown): number {
  if (error instanceof LocalAzureError) {
    console.error(`local-azure: ${error.message}`);
    if (error.action !== undefined) console.error(error.action);
    if (error.code === "USAGE") return EXIT_USAGE;
    return error.code === "UNREACHABLE" || error.code === "NOT_RUNNING" ? EXIT_UNREACHABLE : EXIT_FAILED;
  }
  if (error instanceof Error && "exitCode" in error && typeof error.exitCode === "number") {
    // commander has already printed its message.
    return error.exitCode === 0 ? 0 : EXIT_USAGE;
  }
  console.error("local-azure:", error);
  return EXIT_FAILED;
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}
