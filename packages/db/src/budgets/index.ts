export { requestBudgetStore } from "./store.ts";
