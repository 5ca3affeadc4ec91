/** Completion of a shell. */
import { argument, type Catalog, type Command, defineLocalCommand } from "../command.ts";
import { bashCompletion, zshCompletion } from "../completion.ts";
import { exitCodes } from "../failure.ts";
import { choice } from "../values.ts";

const shells = { bash: bashCompletion, zsh: zshCompletion } as const;

/** @param catalog is read when the command runs, because it contains the command. */
export function defineCompletion(catalog: () => Catalog): Command {
  return defineLocalCommand({
    name: "completion",
    summary: "Print the completion of a shell: bash or zsh",
    details:
      "Add `source <(kluis completion bash)` to ~/.bashrc, or `source <(kluis completion zsh)` to ~/.zshrc after compinit.",
    input: { shell: argument("bash or zsh", choice(["bash", "zsh"])) },
    examples: ["completion bash", "completion zsh"],
    run: ({ terminal }, { shell }) => {
      const script = shells[shell](catalog());
      terminal.out(terminal.json ? JSON.stringify({ shell, script }, null, 2) : script.trimEnd());
      return Promise.resolve(exitCodes.ok);
    },
  });
}
