export {
  countFollowed,
  type FollowedPerson,
  type GonePerson,
  type GroupsState,
  groupsState,
  isStillGone,
  listFollowed,
  listGone,
  markMissing,
  storeGroups,
} from "./directory.ts";
export { isMemberOf, listPeople, type PersonListRow, personRowView } from "./list.ts";
export { findPeople, listAccounts } from "./read.ts";
export { disablePerson, enablePerson, endAccess, linkPeople, unlinkPerson } from "./state.ts";
export {
  findAccount,
  getPerson,
  listOwners,
  listPeopleWithRoles,
  type PersonRow,
  setPersonLocale,
  upsertPerson,
} from "./write.ts";
