import { Argument, type Command } from "@commander-js/extra-typings";
import { newCommand } from "../../options/command.js";

export function completionCommand(program: Command) {
  return newCommand("completion", "Print a completion script for a shell.")
    .addArgument(new Argument("<shell>", "the shell").choices(["bash", "zsh", "fish"] as const))
    .addHelpText(
      "after",
      `
Install:
  bash  konnect-audit completion bash >> ~/.bashrc
  zsh   konnect-audit completion zsh > "\${fpath[1]}/_konnect-audit"
  fish  konnect-audit completion fish > ~/.config/fish/completions/konnect-audit.fish`,
    )
    .action(async (shell) => {
      const { completionScript } = await import("./run.js");
      process.stdout.write(completionScript(program, shell));
    });
}
