export { listTeamMembers, listTeams, readAccess } from "./read.ts";
export { type TeamView, teamView } from "./view.ts";
export { teamsOfVm, teamsOfVms } from "./work.ts";
export { ensureTeam } from "./write.ts";
