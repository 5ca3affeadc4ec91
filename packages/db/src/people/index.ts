export { getPerson, type PersonRow, setPersonLocale, upsertPerson } from "./write.ts";
