import { createCallerFactory, router } from "./procedures.ts";
import { listAudit } from "./routers/audit/list-audit.ts";
import { verifyAudit } from "./routers/audit/verify-audit.ts";
import { startBackup } from "./routers/backup/start-backup.ts";
import { cancelJob } from "./routers/jobs/cancel-job.ts";
import { getJob } from "./routers/jobs/get-job.ts";
import { listJobs } from "./routers/jobs/list-jobs.ts";
import { watchAllJobs } from "./routers/jobs/watch-all-jobs.ts";
import { watchJob } from "./routers/jobs/watch-job.ts";
import { getMe } from "./routers/me/get-me.ts";
import { getOverview } from "./routers/overview/get-overview.ts";
import { deletePoint } from "./routers/points/delete-point.ts";
import { getPoint } from "./routers/points/get-point.ts";
import { listPoints } from "./routers/points/list-points.ts";
import { verifyPoint } from "./routers/points/verify-point.ts";
import { createPolicy } from "./routers/policies/create-policy.ts";
import { getPolicy } from "./routers/policies/get-policy.ts";
import { listPolicies } from "./routers/policies/list-policies.ts";
import { previewPolicy } from "./routers/policies/preview-policy.ts";
import { updatePolicy } from "./routers/policies/update-policy.ts";
import { setProtection } from "./routers/protection/set-protection.ts";
import { stopProtection } from "./routers/protection/stop-protection.ts";
import { summarisePoints } from "./routers/reports/summarise-points.ts";
import { createRestore } from "./routers/restores/create-restore.ts";
import { planRestore } from "./routers/restores/plan-restore.ts";
import { getHealth } from "./routers/settings/get-health.ts";
import { listTeams } from "./routers/teams/list-teams.ts";
import { createToken } from "./routers/tokens/create-token.ts";
import { listTokens } from "./routers/tokens/list-tokens.ts";
import { revokeToken } from "./routers/tokens/revoke-token.ts";
import { getFacets } from "./routers/vms/get-facets.ts";
import { getVm } from "./routers/vms/get-vm.ts";
import { listVms } from "./routers/vms/list-vms.ts";
import { refreshVms } from "./routers/vms/refresh-vms.ts";

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
