/** A step of the operator's session, and how steps are written. */
export interface Step {
  /** Arguments after `az`, separated by spaces; a quoted argument may hold spaces. */
  command: string;
  /** The command succeeds and its output as JSON equals this value, where given. */
  gives?: unknown;
  /** The command succeeds and prints each of these texts, such as the columns of a table. */
  prints?: readonly string[];
  /** The command fails and its output names this error code or text. */
  fails?: string;
}

export interface Area {
  area: string;
  steps: readonly Step[];
}

export const ok = (command: string, gives?: unknown): Step =>
  gives === undefined ? { command } : { command, gives };
export const prints = (command: string, ...texts: string[]): Step => ({ command, prints: texts });
export const fails = (command: string, code: string): Step => ({ command, fails: code });
