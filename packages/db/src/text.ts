const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return uuid.test(text);
}

/** Alternatives for Prisma's `OR`: rows that a user named by id or by name. */
export function idOrName(ref: string): ({ readonly id: string } | { readonly name: string })[] {
  return isUuid(ref) ? [{ id: ref }, { name: ref }] : [{ name: ref }];
}

/** Returns a pattern for LIKE that matches only this text. */
export function likeText(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}
