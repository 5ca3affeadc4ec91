/** Domains of deduplication: writers of one domain find each other's chunks, and no others (docs/vault-format.md, Terms). */
import { z } from "zod";
import { invalid } from "./errors.ts";

/** Longest domain: Azure's longest resource ids are shorter. */
const MAX_DOMAIN_CHARACTERS = 1024;

export const domainSchema = z.string().min(1).max(MAX_DOMAIN_CHARACTERS);

/** @throws KluisError INPUT_INVALID */
export function checkDomain(domain: string): string {
  if (domainSchema.safeParse(domain).success) return domain;
  throw invalid("A domain of deduplication is a text of 1 to 1,024 characters.", {
    characters: domain.length,
  });
}
