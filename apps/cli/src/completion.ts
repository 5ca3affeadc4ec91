/** Completion for bash and zsh, generated from the declarations. It needs no server: names of objects are not completed. */
import type { Catalog, Command, Parameter } from "./command.ts";

/** Placeholders of options whose value is a file. */
const filePlaceholders: readonly string[] = ["file", "folder", "path"];

interface Tree {
  /** The words that can come first, with what they are for. */
  readonly first: readonly Described[];
  /** The second words of a family. */
  readonly members: ReadonlyMap<string, readonly Described[]>;
  readonly commands: readonly Command[];
}

interface Described {
  readonly word: string;
  readonly summary: string;
}

function treeOf({ groups, families }: Catalog): Tree {
  const commands = groups.flatMap((group) => group.commands);
  const single = commands.filter(({ name }) => !name.includes(" "));
  const familyWords = Object.keys(families).filter((word) => !single.some(({ name }) => name === word));
  return {
    first: [
      ...single.map(({ name, summary }) => ({ word: name, summary })),
      ...familyWords.map((word) => ({ word, summary: families[word] ?? word })),
      { word: "help", summary: "Explain a command" },
    ],
    members: new Map(
      Object.keys(families).map((family) => [
        family,
        commands
          .filter(({ name }) => name.startsWith(`${family} `))
          .map(({ name, summary }) => ({ word: name.slice(family.length + 1), summary })),
      ]),
    ),
    commands,
  };
}

const optionsOf = ({ parameters }: Command): readonly Parameter[] =>
  parameters.filter(({ kind }) => kind !== "argument");

function fileOptionsOf(command: Command): readonly string[] {
  return optionsOf(command)
    .filter(({ placeholder }) => filePlaceholders.includes(placeholder))
    .map(({ name }) => name);
}

const wordsOf = (described: readonly Described[]): string => described.map(({ word }) => word).join(" ");

/** A function that fills COMPREPLY. It works without the package bash-completion, from bash 3.2 on. */
export function bashCompletion(catalog: Catalog): string {
  const { first, members, commands } = treeOf(catalog);
  const familyCases = [...members].map(([family, words]) => `    ${family}) words="${wordsOf(words)}" ;;`);
  const optionCases = commands.map((command) => {
    const names = [...optionsOf(command).map(({ name }) => name), "--json", "--help"].join(" ");
    return `    "${command.name}") options="${names}" files=" ${fileOptionsOf(command).join(" ")} " ;;`;
  });
  return `# Completion of kluis for bash. Load it with: source <(kluis completion bash)
_kluis() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local one="\${COMP_WORDS[1]}" two="\${COMP_WORDS[2]}" at=1 words="" options="" files=""
  COMPREPLY=()
  if [[ $COMP_CWORD -gt 1 && $one == help ]]; then
    at=2 one="\${COMP_WORDS[2]}" two="\${COMP_WORDS[3]}"
  fi
  if [[ $COMP_CWORD -eq $at ]]; then
    COMPREPLY=($(compgen -W "${wordsOf(first)} --help --version" -- "$cur"))
    return
  fi
  case "$one" in
${familyCases.join("\n")}
  esac
  if [[ -n $words && $COMP_CWORD -eq $((at + 1)) && $cur != -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    return
  fi
  local key="$one"
  [[ " $words " == *" $two "* && -n $two ]] && key="$one $two"
  case "$key" in
${optionCases.join("\n")}
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
  elif [[ $files == *" $previous "* ]]; then
    COMPREPLY=($(compgen -f -- "$cur"))
  fi
}
complete -o filenames -F _kluis kluis
`;
}

/** The same as a function of zsh, with what each word is for. */
export function zshCompletion(catalog: Catalog): string {
  const { first, members, commands } = treeOf(catalog);
  const described = ({ word, summary }: Described): string =>
    quoted(`${word.replaceAll(":", "\\:")}:${summary}`);
  const familyCases = [...members].map(
    ([family, words]) => `    ${family}) members=(${words.map(described).join(" ")}) ;;`,
  );
  const optionCases = commands.map((command) => {
    const all = [
      ...optionsOf(command).map(({ name, help }) => ({ word: name, summary: help })),
      { word: "--json", summary: "print the result as JSON" },
      { word: "--help", summary: "show the help of the command" },
    ];
    const files = fileOptionsOf(command).join(" ");
    return `    ${quoted(command.name)}) options=(${all.map(described).join(" ")}); files=(${files}) ;;`;
  });
  return `#compdef kluis
# Completion of kluis for zsh. Load it with: source <(kluis completion zsh)
_kluis() {
  local -a first members options files
  local key
  first=(${first.map(described).join(" ")})
  if (( CURRENT > 2 )) && [[ $words[2] == help ]]; then
    shift words
    (( CURRENT-- ))
  fi
  if (( CURRENT == 2 )); then
    _describe command first
    return
  fi
  case $words[2] in
${familyCases.join("\n")}
  esac
  if (( $#members && CURRENT == 3 )) && [[ $words[3] != -* ]]; then
    _describe command members
    return
  fi
  key=$words[2]
  (( \${members[(I)\${words[3]}:*]} )) && key="$words[2] $words[3]"
  case $key in
${optionCases.join("\n")}
  esac
  if [[ $words[CURRENT] == -* ]]; then
    _describe option options
  elif (( \${files[(Ie)$words[CURRENT-1]]} )); then
    _files
  fi
}
if [[ $funcstack[1] == _kluis ]]; then
  _kluis "$@"
else
  compdef _kluis kluis
fi
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
