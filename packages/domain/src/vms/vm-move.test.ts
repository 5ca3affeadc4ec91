import { expect, test } from "vitest";
import { isSameVm, type VmIdentity } from "./vm-move.ts";

const vm = (
  azureVmId: string,
  ids: readonly string[],
  osType: VmIdentity["osType"] = "linux",
): VmIdentity => ({
  azureVmId,
  osType,
  disks: ids.map((uniqueId) => ({ uniqueId })),
});

test.each<[string, [VmIdentity, VmIdentity], boolean]>([
  ["the id and the disks are the same", [vm("a", ["1", "2"]), vm("A", ["1", "2"])], true],
  ["a disk was replaced", [vm("a", ["1", "2"]), vm("a", ["3", "2"])], true],
  ["the letter case of a disk's id differs", [vm("a", ["AB"]), vm("a", ["ab"])], true],
  ["the disks were not readable before", [vm("a", []), vm("a", ["1"])], true],
  ["the disks are not readable now", [vm("a", ["1"]), vm("a", [""])], true],
  ["no disk is the same", [vm("a", ["1"]), vm("a", ["2"])], false],
  ["the id differs: created again", [vm("a", ["1"]), vm("b", ["1"])], false],
  ["Azure gave no id", [vm("", ["1"]), vm("", ["1"])], false],
  ["the operating system differs", [vm("a", ["1"]), vm("a", ["1"], "windows")], false],
])("%s", (_, [stored, found], same) => {
  expect(isSameVm(stored, found)).toBe(same);
});
