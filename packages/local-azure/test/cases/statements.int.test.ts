/** Runs the cases of single statements about Azure, by kind. */
import { runKinds } from "./run-kinds.ts";
import { statementsCopies } from "./statements-copies.ts";
import { statementsDisk } from "./statements-disk.ts";
import { statementsFrontDoor } from "./statements-front-door.ts";
import { statementsProvisioned } from "./statements-provisioned.ts";
import { statementsRestorePoint } from "./statements-restore-point.ts";
import { statementsVm } from "./statements-vm.ts";
import { statementsVmModel } from "./statements-vm-model.ts";

runKinds([
  { ...statementsDisk, cases: [...statementsDisk.cases, ...statementsProvisioned] },
  { ...statementsRestorePoint, cases: [...statementsRestorePoint.cases, ...statementsCopies] },
  { ...statementsVm, cases: [...statementsVm.cases, ...statementsVmModel] },
  statementsFrontDoor,
]);
