import { listAudit } from "./audit/procedures.ts";
import { startBackup } from "./backup/procedures.ts";
import { getHealth } from "./health/procedures.ts";
import { listJobs } from "./jobs/procedures.ts";
import { getMe } from "./me/procedures.ts";
import { getOverview } from "./overview/procedures.ts";
import { listPoints } from "./points/procedures.ts";
import { createPolicy } from "./policies/procedures.ts";
import { createCallerFactory, router } from "./procedures.ts";
import { setProtection } from "./protection/procedures.ts";
import { summarisePoints } from "./reports/procedures.ts";
import { createRestore } from "./restores/procedures.ts";
import { verifyAudit } from "./routers/audit/verify-audit.ts";
import { cancelJob } from "./routers/jobs/cancel-job.ts";
import { getJob } from "./routers/jobs/get-job.ts";
import { watchAllJobs } from "./routers/jobs/watch-all-jobs.ts";
import { watchJob } from "./routers/jobs/watch-job.ts";
import { deletePoint } from "./routers/points/delete-point.ts";
import { getPoint } from "./routers/points/get-point.ts";
import { verifyPoint } from "./routers/points/verify-point.ts";
import { getPolicy } from "./routers/policies/get-policy.ts";
import { listPolicies } from "./routers/policies/list-policies.ts";
import { previewPolicy } from "./routers/policies/preview-policy.ts";
import { updatePolicy } from "./routers/policies/update-policy.ts";
import { stopProtection } from "./routers/protection/stop-protection.ts";
import { planRestore } from "./routers/restores/plan-restore.ts";
import { listTokens } from "./routers/tokens/list-tokens.ts";
import { revokeToken } from "./routers/tokens/revoke-token.ts";
import { getFacets } from "./routers/vms/get-facets.ts";
import { getVm } from "./routers/vms/get-vm.ts";
import { refreshVms } from "./routers/vms/refresh-vms.ts";
import { listTeams } from "./teams/procedures.ts";
import { createToken } from "./tokens/procedures.ts";
import { listVms } from "./vms/procedures.ts";

/** The whole API: this file only composes. */
export const appRouter = router({
  me: { get: getMe },
  overview: { get: getOverview },
  vms: { list: listVms, get: getVm, facets: getFacets, refresh: refreshVms },
  protection: { set: setProtection, stop: stopProtection },
  backup: { start: startBackup },
  jobs: { list: listJobs, get: getJob, cancel: cancelJob, watch: watchJob, watchAll: watchAllJobs },
  points: { list: listPoints, get: getPoint, verify: verifyPoint, delete: deletePoint },
  policies: {
    list: listPolicies,
    get: getPolicy,
    create: createPolicy,
    update: updatePolicy,
    preview: previewPolicy,
  },
  restores: { plan: planRestore, create: createRestore },
  reports: { points: summarisePoints },
  audit: { list: listAudit, verify: verifyAudit },
  tokens: { list: listTokens, create: createToken, revoke: revokeToken },
  teams: { list: listTeams },
  settings: { health: getHealth },
});

export type AppRouter = typeof appRouter;
export const createCaller = createCallerFactory(appRouter);
