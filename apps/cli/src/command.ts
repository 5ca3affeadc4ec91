import type { JobView } from "@kluis/api/types";
import type { Command } from "commander";
import { connectServer, type Server } from "./client.ts";
import { findConnection } from "./connection.ts";
import { exitCodes } from "./failure.ts";
import type { Terminal } from "./terminal.ts";
import { waitForJob } from "./wait.ts";

/** What a command works with. */
export interface Session {
  readonly server: Server;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** The process around the commands; tests give their own. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  terminal(json: boolean): Terminal;
  /** For raw bytes, such as a report. */
  stdout(): NodeJS.WritableStream;
  /** The exit code of the command that runs; 0 until something else is said. */
  exit(code: number): void;
}

/** Adds commands to the program; each file in `commands/` has one. */
export type Register = (program: Command, surroundings: Surroundings) => void;

/** Opens the session of a command. */
export async function openSession(surroundings: Surroundings, json: boolean): Promise<Session> {
  const { env, signal } = surroundings;
  const connection = await findConnection(env);
  return { server: connectServer(connection, signal), terminal: surroundings.terminal(json), signal };
}

/** Prints an answer: as JSON for scripts, or as `human` says. */
export function print(session: Session, answer: unknown, human: (width: number) => string): void {
  const { terminal } = session;
  terminal.out(terminal.json ? JSON.stringify(answer, null, 2) : human(terminal.width));
}

/** Waits for a job, and answers 1 to the shell when it did not succeed. */
export async function finishJob(
  session: Session,
  surroundings: Surroundings,
  jobId: string,
): Promise<JobView> {
  const job = await waitForJob(jobId, session);
  if (job.state === "failed" || job.state === "cancelled") surroundings.exit(exitCodes.failed);
  return job;
}

/** A job's end in words: one line, and for a failure what to do. */
export function jobOutcome(job: JobView): string {
  const what = `${job.kind}${job.vm === null ? "" : ` of ${job.vm.name}`}`;
  switch (job.state) {
    case "succeeded":
    case "warning": {
      const notes = job.warningList.map((warning) => `\n  warning: ${warning.message}`).join("");
      return `${what} succeeded${notes}`;
    }
    case "failed": {
      const error = job.error;
      if (error === null) return `${what} failed`;
      return `${what} failed: ${error.message}${error.action === null ? "" : `\n  ${error.action}`}`;
    }
    case "cancelled":
      return `${what} was cancelled`;
    case "queued":
    case "running":
      return `${what} is ${job.state} (${job.stage})`;
  }
}
