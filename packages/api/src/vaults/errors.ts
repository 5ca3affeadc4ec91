/** Refusals that several changes of vaults share. */
import { KluisError } from "@kluis/domain";

interface Named {
  readonly name: string;
}

export function vaultDisabled({ name }: Named): KluisError {
  return new KluisError("CONFLICT", {
    reason: "vault-disabled",
    message: `Vault ${name} is disabled.`,
    action: "Enable it first.",
    params: { vault: name },
  });
}

export function vaultIsDefault({ name }: Named): KluisError {
  return new KluisError("CONFLICT", {
    reason: "vault-is-default",
    message: `Vault ${name} is the default for new backups.`,
    action: "Make another vault the default first.",
    params: { vault: name },
  });
}

export function copiedTo({ name }: Named, from: Named): KluisError {
  return new KluisError("CONFLICT", {
    reason: "vault-copied-to",
    message: `Vault ${name} gets the second copies of ${from.name}.`,
    action: "End the second copies first.",
    params: { vault: name, from: from.name },
  });
}
