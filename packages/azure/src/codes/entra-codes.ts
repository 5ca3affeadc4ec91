/** Error codes of Entra (AADSTS…): why it gave no token. */
import { type CodeTable, rows } from "./row.ts";

export const entraCodes: CodeTable = {
  ...rows("entra", "secret-wrong", ["AADSTS7000215", "AADSTS7000216", "AADSTS7000218"]),
  ...rows("entra", "secret-expired", ["AADSTS7000222"]),
  ...rows("entra", "app-unknown", ["AADSTS700016", "AADSTS7000229"]),
  ...rows("entra", "app-disabled", ["AADSTS7000112"]),
  ...rows("entra", "tenant-unknown", [
    "AADSTS50059",
    "AADSTS90002",
    "AADSTS900021",
    "AADSTS900023",
    "AADSTS500011",
  ]),
  ...rows("entra", "tenant-blocked", ["AADSTS5000224", "AADSTS5000225"]),
  ...rows("entra", "conditional-access", [
    "AADSTS53000",
    "AADSTS53001",
    "AADSTS53002",
    "AADSTS53003",
    "AADSTS53004",
    "AADSTS53011",
    "AADSTS50076",
    "AADSTS50079",
    "AADSTS50158",
  ]),
  ...rows("entra", "consent", ["AADSTS65001", "AADSTS650052", "AADSTS650057"]),
  ...rows("entra", "clock", ["AADSTS500133", "AADSTS700024"]),
  ...rows("entra", "assertion", [
    "AADSTS50013",
    "AADSTS50027",
    "AADSTS70021",
    "AADSTS700021",
    "AADSTS700027",
    "AADSTS700211",
    "AADSTS700212",
    "AADSTS700213",
  ]),
  ...rows("entra", "throttled", ["AADSTS90055", "AADSTS50196"]),
  ...rows("entra", "failed", ["AADSTS90006", "AADSTS90033"]),
};
