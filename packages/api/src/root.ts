/** The whole API: composes the procedures of every noun. */
import { auditProcedures } from "./audit/procedures.ts";
import { startBackup } from "./backup/procedures.ts";
import { settingsProcedures } from "./health/procedures.ts";
import { listJobs } from "./jobs/procedures.ts";
import { meProcedures } from "./me/procedures.ts";
import { overviewProcedures } from "./overview/procedures.ts";
import { listPoints } from "./points/procedures.ts";
import { policyProcedures } from "./policies/procedures.ts";
import { createCallerFactory, router } from "./procedures.ts";
import { protectionProcedures } from "./protection/procedures.ts";
import { summarisePoints } from "./reports/procedures.ts";
import { createRestore } from "./restores/procedures.ts";
import { cancelJob } from "./routers/jobs/cancel-job.ts";
import { getJob } from "./routers/jobs/get-job.ts";
import { watchAllJobs } from "./routers/jobs/watch-all-jobs.ts";
import { watchJob } from "./routers/jobs/watch-job.ts";
import { deletePoint } from "./routers/points/delete-point.ts";
import { getPoint } from "./routers/points/get-point.ts";
import { verifyPoint } from "./routers/points/verify-point.ts";
import { planRestore } from "./routers/restores/plan-restore.ts";
import { teamProcedures } from "./teams/procedures.ts";
import { tokenProcedures } from "./tokens/procedures.ts";
import { vmProcedures } from "./vms/procedures.ts";

export const appRouter = router({
  me: meProcedures,
  overview: overviewProcedures,
  vms: vmProcedures,
  protection: protectionProcedures,
  backup: { start: startBackup },
  jobs: { list: listJobs, get: getJob, cancel: cancelJob, watch: watchJob, watchAll: watchAllJobs },
  points: { list: listPoints, get: getPoint, verify: verifyPoint, delete: deletePoint },
  policies: policyProcedures,
  restores: { plan: planRestore, create: createRestore },
  reports: { points: summarisePoints },
  audit: auditProcedures,
  tokens: tokenProcedures,
  teams: teamProcedures,
  settings: settingsProcedures,
});

export type AppRouter = typeof appRouter;
export const createCaller = createCallerFactory(appRouter);
