import type { RouterInputs } from "@kluis/api/types";
import { regionSchema, type VaultKind } from "@kluis/domain";
import { isSettingName } from "#features/settings/connections/form.ts";
import type { AppMessages } from "#messages/index.ts";

/** The form of a new vault and its rules. The server checks again. */
export interface VaultForm {
  readonly name: string;
  readonly kind: VaultKind;
  readonly container: string;
  readonly connectionString: string;
  /** Empty: the connection string above does its work. */
  readonly collector: string;
  readonly reader: string;
  readonly folder: string;
  /** Empty: not known. */
  readonly region: string;
}

export const emptyVault: VaultForm = {
  name: "",
  kind: "azure-blob",
  container: "",
  connectionString: "",
  collector: "",
  reader: "",
  folder: "",
  region: "",
};

type ProblemKey = Extract<keyof AppMessages["vaults"]["form"], `${string}Wrong`>;
export type VaultProblems = Partial<Record<keyof VaultForm, ProblemKey>>;

const container = /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/u;
const folder = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/u;

function looksLikeConnectionString(text: string): boolean {
  return /(?:AccountKey|SharedAccessSignature)=./iu.test(text);
}

export type VaultCredentialsForm = Pick<VaultForm, "connectionString" | "collector" | "reader">;

export function credentialProblems(form: VaultCredentialsForm): VaultProblems {
  const wrong = (text: string) => text.trim() !== "" && !looksLikeConnectionString(text);
  return {
    ...(looksLikeConnectionString(form.connectionString) ? {} : { connectionString: "connectionWrong" }),
    ...(wrong(form.collector) ? { collector: "connectionWrong" } : {}),
    ...(wrong(form.reader) ? { reader: "connectionWrong" } : {}),
  };
}

export function toCredentials(form: VaultCredentialsForm): Omit<RouterInputs["vaults"]["rotate"], "vault"> {
  const [collector, reader] = [form.collector.trim(), form.reader.trim()];
  return {
    connectionString: form.connectionString.trim(),
    ...(collector === "" ? {} : { collectorConnectionString: collector }),
    ...(reader === "" ? {} : { readerConnectionString: reader }),
  };
}

export function vaultProblems(form: VaultForm): VaultProblems {
  const named = {
    ...(isSettingName(form.name) ? {} : { name: "nameWrong" as const }),
    ...(form.region.trim() === "" || regionSchema.safeParse(form.region).success
      ? {}
      : { region: "regionWrong" as const }),
  };
  if (form.kind === "folder")
    return { ...named, ...(folder.test(form.folder) ? {} : { folder: "folderWrong" }) };
  return {
    ...named,
    ...(container.test(form.container) ? {} : { container: "containerWrong" }),
    ...credentialProblems(form),
  };
}

export function toVault(form: VaultForm): RouterInputs["vaults"]["add"] {
  const name = form.name.trim();
  const region = form.region.trim() === "" ? {} : { region: form.region.trim() };
  if (form.kind === "folder") return { name, ...region, place: { kind: form.kind, folder: form.folder } };
  return { name, ...region, place: { kind: form.kind, container: form.container, ...toCredentials(form) } };
}
