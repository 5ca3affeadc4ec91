/** Facts in Azure's messages that pages show on their own. */

/** The permission that a 403 says is missing, and where; nothing for other messages. */
export function permissionOf(message: string): { permission?: string; scope?: string } {
  const permission = /perform(?: the)? action\(?s?\)? '([^']+)'/.exec(message)?.[1];
  if (permission === undefined) return {};
  const scope = /(?:over|on(?: the linked)?) scope(?:\(s\))? '([^']+)'/.exec(message)?.[1];
  return scope === undefined ? { permission } : { permission, scope };
}
