export { listOccurrenceTimes, type NewOccurrence, recordOccurrences } from "./work.ts";
