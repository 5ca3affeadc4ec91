/** Managed run commands: created, run, read with their result, changed and removed. */
import { expect, test } from "vitest";
import { failureOf, GROUP, useLab } from "./lab.ts";
import { collect } from "./management.ts";
import { makeVm, refusal } from "./vm-lab.ts";

const lab = useLab();
const commands = () => lab.arm.virtualMachineRunCommands;
const location = "westeurope";
const read = (name: string) => commands().getByVirtualMachine(GROUP, "web", name, { expand: "instanceView" });

test("a run command keeps its script and its result", async () => {
  await makeVm(lab, "web");
  const made = await commands().createOrUpdate(GROUP, "web", "name", {
    location,
    source: { script: "echo $who; hostname; no-such-command" },
    parameters: [{ name: "who", value: "ops" }],
    protectedParameters: [{ name: "key", value: "secret" }],
    runAsPassword: "secret",
    tags: { team: "ops" },
  });
  expect(JSON.stringify(made)).not.toContain("secret");
  expect(made).toMatchObject({
    name: "name",
    provisioningState: "Succeeded",
    timeoutInSeconds: 5400,
    asyncExecution: false,
    tags: { team: "ops" },
  });
  expect((await read("name")).instanceView).toMatchObject({
    executionState: "Failed",
    exitCode: 127,
    output: "ops\nweb\n",
  });
  await commands().update(GROUP, "web", "name", { source: { script: "uname" } });
  expect((await read("NAME")).instanceView).toMatchObject({
    executionState: "Succeeded",
    exitCode: 0,
    output: "Linux\n",
  });
  expect((await collect(commands().listByVirtualMachine(GROUP, "web"))).map(({ name }) => name)).toEqual([
    "name",
  ]);
  await commands().delete(GROUP, "web", "name");
  expect((await failureOf(read("name"))).code).toBe("ResourceNotFound");
});

test("a failure of the script fails the operation on request; other refusals", async () => {
  await makeVm(lab, "web");
  const create = (body: Omit<Parameters<ReturnType<typeof commands>["createOrUpdate"]>[3], "location">) =>
    commands().createOrUpdate(GROUP, "web", "run", { location, ...body });
  expect(
    await refusal(create({ source: { script: "exit 3" }, treatFailureAsDeploymentFailure: true })),
  ).toContain("VM has reported a failure when processing extension 'run'");
  expect((await read("run")).provisioningState).toBe("Failed");
  expect(await refusal(create({}))).toMatch(/^400 InvalidParameter: /);
  expect(await refusal(create({ source: { commandId: "RunPowerShellScript" } }))).toMatch(
    /^400 InvalidParameter: /,
  );
  await lab.arm.virtualMachines.deallocate(GROUP, "web");
  expect(await refusal(create({ source: { script: "uname" } }))).toMatch(/^409 OperationNotAllowed: /);
});
