import type { LinuxScript, LinuxScripts, PolicyDocument } from "@kluis/domain";

/** The editor's values of the pre and post scripts of Linux VMs. */
export interface ScriptsForm {
  scripts: "none" | "guest" | "policy";
  preText: string;
  /** One parameter a line. */
  preParameters: string;
  preRetries: string;
  postText: string;
  postParameters: string;
  postRetries: string;
  scriptSeconds: string;
  scriptFailure: "continue" | "stop";
  fsFreeze: "freeze" | "none";
}

/** Values of the fields while scripts are not placed. */
export const emptyScripts: ScriptsForm = {
  scripts: "none",
  preText: "",
  preParameters: "",
  preRetries: "0",
  postText: "",
  postParameters: "",
  postRetries: "0",
  scriptSeconds: "60",
  scriptFailure: "continue",
  fsFreeze: "freeze",
};

export function scriptsFormOf({ consistency }: Pick<PolicyDocument, "consistency">): ScriptsForm {
  const scripts: LinuxScripts | undefined = consistency.linuxScripts;
  if (scripts === undefined) return emptyScripts;
  if (scripts.from === "guest") return { ...emptyScripts, scripts: "guest" };
  const { pre, post } = scripts;
  const lines = ({ parameters }: LinuxScript) => parameters.join("\n");
  return {
    scripts: "policy",
    preText: pre.text,
    preParameters: lines(pre),
    preRetries: String(pre.retries),
    postText: post.text,
    postParameters: lines(post),
    postRetries: String(post.retries),
    scriptSeconds: String(scripts.timeoutSeconds),
    scriptFailure: scripts.continueOnFailure ? "continue" : "stop",
    fsFreeze: scripts.fsFreeze ? "freeze" : "none",
  };
}

const numberOf = (text: string): number | string => (/^\d+$/u.test(text.trim()) ? Number(text.trim()) : text);

/** A pasted script of Windows has CRLF, which a shell reads as part of the line. */
const unixLines = (text: string): string => text.replaceAll("\r\n", "\n");
const parametersOf = (text: string): string[] =>
  unixLines(text)
    .split("\n")
    .filter((line) => line !== "");

/** The part of the document, not checked yet; nothing without scripts, so that policies without them stay as they are. */
export function scriptsDraft(form: ScriptsForm): { readonly linuxScripts?: unknown } {
  switch (form.scripts) {
    case "none":
      return {};
    case "guest":
      return { linuxScripts: { from: "guest" } };
    case "policy":
      return {
        linuxScripts: {
          from: "policy",
          pre: {
            text: unixLines(form.preText),
            parameters: parametersOf(form.preParameters),
            retries: numberOf(form.preRetries),
          },
          post: {
            text: unixLines(form.postText),
            parameters: parametersOf(form.postParameters),
            retries: numberOf(form.postRetries),
          },
          timeoutSeconds: numberOf(form.scriptSeconds),
          continueOnFailure: form.scriptFailure === "continue",
          fsFreeze: form.fsFreeze === "freeze",
        },
      };
  }
  return form.scripts satisfies never;
}

/** The form's field for a path within `consistency.linuxScripts`. */
export function scriptsField([part, field]: readonly string[]): keyof ScriptsForm {
  if (part === "pre" || part === "post") {
    if (field === "parameters") return `${part}Parameters`;
    return field === "retries" ? `${part}Retries` : `${part}Text`;
  }
  return part === "timeoutSeconds" ? "scriptSeconds" : "scripts";
}
