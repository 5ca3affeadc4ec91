import { resolve } from "node:path";
import { Command, Option } from "commander";
import type { LocalAzureControl } from "../control/client.ts";
import { LocalAzureError } from "../errors.ts";
import { connect, dataFolder } from "./endpoint.ts";
import { faultAddCommand, faultInput, whole } from "./fault-options.ts";
import { bytes, faultsText, listText, snapshotsText, vmText } from "./format.ts";

/** Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 no local Azure answers. */
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_UNREACHABLE = 3;

const program = new Command("local-azure")
  .description("Works on a running local Azure: its VMs, disks, snapshots and faults.")
  .option("--data <dir>", "its data folder (default: $KLUIS_HOME/local-azure)")
  .exitOverride()
  .showHelpAfterError();

/** Runs with a connected client; prints JSON or text. */
async function act<T extends object>(
  work: (control: LocalAzureControl) => Promise<T>,
  text: (result: T) => string,
  json = false,
): Promise<void> {
  const { data } = program.opts<{ data?: string }>();
  const result = await work(await connect(dataFolder(data, process.env)));
  console.log(json ? JSON.stringify(result, undefined, 2) : text(result));
}

const jsonOption = (): Option => new Option("--json", "as JSON");

program
  .command("ls")
  .description("VMs and their disks")
  .addOption(jsonOption())
  .action((options: { json?: boolean }) => act((control) => control.list(), listText, options.json));

program
  .command("snapshots")
  .description("snapshots, restore points and open access")
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
  .description("make a VM from disk images (raw or fixed VHD; the first is the OS disk)")
  .requiredOption("--vm <name>", "name of the new VM")
  .addOption(new Option("--os <os>", "operating system").choices(["linux", "windows"]).makeOptionMandatory())
  .requiredOption("--resource-group <name>", "made when it is missing")
  .requiredOption("--disk <file...>", "image files")
  .option("--stopped", "not running")
  .option("--size <sku>", "VM size")
  .option("--subscription <id or name>", "default: the first")
  .option("--location <region>", "default: westeurope")
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
  .description("the guest writes the 4 KiB blocks that differ from an image, and only those")
  .requiredOption("--vm <name>", "VM")
  .requiredOption("--disk <os|lun>", "which disk", diskRole)
  .requiredOption("--image <file>", "what the disk shall hold")
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
  .description("raw content of a managed disk as a sparse file")
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
  .requiredOption("--vm <name>", "VM")
  .argument("<state>", "on | off | deallocated")
  .action((state: string, options: { vm: string }) => {
    if (state !== "on" && state !== "off" && state !== "deallocated")
      throw new LocalAzureError("USAGE", `'${state}' is not a power state`, {
        action: "Use on, off or deallocated.",
      });
    return act((control) => control.power({ vm: options.vm, power: state }), vmText);
  });

const fault = program.command("fault").description("make calls go wrong on demand");
fault.addCommand(
  faultAddCommand().action((type: string, options: Record<string, unknown>) =>
    act(
      (control) => control.addFault(faultInput(type, options)),
      (rule) => faultsText([rule]),
    ),
  ),
);
fault
  .command("list")
  .description("faults and how often they hit")
  .addOption(jsonOption())
  .action((options: { json?: boolean }) => act((control) => control.faults(), faultsText, options.json));
fault
  .command("clear")
  .description("remove one fault, or all")
  .argument("[id]", "id of the fault")
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
  .option("--empty", "without the demo fleet")
  .action(async (options: { port: number; empty?: boolean }) => {
    // Loaded only here: the other commands are clients and start quicker without the server.
    const { serve } = await import("./serve.ts");
    const { data } = program.opts<{ data?: string }>();
    const dataDir = resolve(dataFolder(data, process.env));
    await serve({ dataDir, port: options.port, empty: options.empty === true });
  });

/** Explains a failure on stderr and gives its exit code. */
function explain(error: unknown): number {
  if (error instanceof LocalAzureError) {
    console.error(`local-azure: ${error.message}`);
    if (error.action !== undefined) console.error(error.action);
    if (error.code === "USAGE") return EXIT_USAGE;
    return error.code === "UNREACHABLE" || error.code === "NOT_RUNNING" ? EXIT_UNREACHABLE : EXIT_FAILED;
  }
  if (error instanceof Error && "exitCode" in error && typeof error.exitCode === "number") {
    // commander has written its own message.
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
