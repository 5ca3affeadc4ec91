export { findPeople, listAccounts } from "./read.ts";
export { getPerson, type PersonRow, setPersonLocale, upsertPerson } from "./write.ts";
