import type { Command, Option } from "@commander-js/extra-typings";

interface CommandWords {
  name: string;
  description: string;
  options: readonly Option[];
}

/** A completion script for commands, options, and the values of options with choices. Anything else completes to files. */
export function completionScript(program: Command, shell: "bash" | "zsh" | "fish"): string {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    description: command.summary().replace(/\.$/, ""),
    options: command.options as readonly Option[],
  }));
  return { bash, zsh, fish }[shell](commands);
}

const flags = ({ short, long }: Option) => [short, long].filter((flag) => flag !== undefined);
const names = (commands: readonly CommandWords[]) => commands.map(({ name }) => name);

function bash(commands: readonly CommandWords[]): string {
  const options = commands.map(
    ({ name, options }) => `    ${name}) words="${options.flatMap(flags).join(" ")} --help" ;;`,
  );
  return `# Completion of konnect-audit for bash.
_konnect_audit() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W "${names(commands).join(" ")} help --version --help" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]} $previous" in
${commands.flatMap(({ name, options }) => options.filter(hasChoices).map((option) => bashChoices(name, option))).join("\n")}
    completion*) words="bash zsh fish" ;;
    help*) words="${names(commands).join(" ")}" ;;
  esac
  if [[ -z "$words" && "$current" == -* ]]; then
    case "\${COMP_WORDS[1]}" in
${options.map((line) => `  ${line}`).join("\n")}
    esac
  fi
  if [[ -n "$words" ]]; then COMPREPLY=($(compgen -W "$words" -- "$current"));
  else COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _konnect_audit konnect-audit
`;
}

function hasChoices({ argChoices }: Option): boolean {
  return argChoices !== undefined;
}

function bashChoices(command: string, option: Option): string {
  const patterns = flags(option).map((flag) => `"${command} ${flag}"`);
  return `    ${patterns.join("|")}) words="${option.argChoices!.join(" ")}" ;;`;
}

function zsh(commands: readonly CommandWords[]): string {
  const quoted = (text: string) => text.replace(/['\\]/g, "").replace(/[[\]:]/g, " ");
  const cases = commands.map(({ name, options }) => {
    const specs = options.flatMap((option) =>
      flags(option).map((flag) => {
        const value = option.required
          ? `:value:${option.argChoices ? `(${option.argChoices.join(" ")})` : "_files"}`
          : "";
        return `'*${flag}[${quoted(option.description)}]${value}'`;
      }),
    );
    const words = name === "completion" ? "(bash zsh fish)" : "_files";
    return `    ${name}) _arguments ${specs.join(" ")} '*:argument:${words}' ;;`;
  });
  return `#compdef konnect-audit
# Completion of konnect-audit for zsh.
_konnect_audit() {
  local -a commands
  commands=(
${commands.map(({ name, description }) => `    '${name}:${quoted(description)}'`).join("\n")}
    'help:Show the help of a command'
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  local command="\${words[2]}"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join("\n")}
    help) _describe 'command' commands ;;
  esac
}
if [[ "\${funcstack[1]}" == _konnect_audit ]]; then _konnect_audit "$@"; else compdef _konnect_audit konnect-audit; fi
`;
}

function fish(commands: readonly CommandWords[]): string {
  const quoted = (text: string) => `'${text.replace(/\\/g, "\\\\").replace(/'/g, "\\'")}'`;
  const lines = ["# Completion of konnect-audit for fish."];
  for (const { name, description, options } of commands) {
    lines.push(`complete -c konnect-audit -n __fish_use_subcommand -f -a ${name} -d ${quoted(description)}`);
    for (const option of options) {
      const long = option.long === undefined ? "" : ` -l ${option.long.slice(2)}`;
      const short =
        option.short?.startsWith("-") && !option.short.startsWith("--") ? ` -s ${option.short.slice(1)}` : "";
      const value = option.argChoices
        ? ` -x -a ${quoted(option.argChoices.join(" "))}`
        : option.required
          ? " -r"
          : "";
      lines.push(
        `complete -c konnect-audit -n '__fish_seen_subcommand_from ${name}'${long}${short}${value} -d ${quoted(option.description)}`,
      );
    }
  }
  lines.push(`complete -c konnect-audit -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'`);
  return `${lines.join("\n")}\n`;
}
