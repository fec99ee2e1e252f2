/** Every command with its options, as `--help` prints them. */
import { execFileSync } from "node:child_process";

/** A page in Markdown; `program` is the brownout command. */
export function commandLinePage(program: string): string {
  const help = (...args: string[]): string =>
    execFileSync(process.execPath, [program, ...args, "--help"], { encoding: "utf8" }).trim();
  const overview = help();
  const commands = [...overview.matchAll(/^ {2}brownout ([a-z-]+)/gm)].map(([, name = ""]) => name);
  const sections = commands.map((name) => `## ${name}\n\n\`\`\`\n${help(name)}\n\`\`\`\n`);
  return `# Commands and their options\n\nWhat \`brownout --help\` prints. [Command line](command-line.md) is the short form.\n\n\`\`\`\n${overview}\n\`\`\`\n\n${sections.join("\n")}`;
}
