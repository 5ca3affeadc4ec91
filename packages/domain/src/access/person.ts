/** An account of a user, as second-person checks see it. */
export interface PersonAccount {
  readonly id: string;
  /** Accounts that an owner linked to one human have the same value; null: not linked. */
  readonly humanId: string | null;
}

/** Whether two accounts belong to one human: the same account, or linked ones. A second person must be another human. */
export function isSamePerson(a: PersonAccount, b: PersonAccount): boolean {
  return a.id === b.id || (a.humanId !== null && a.humanId === b.humanId);
}
