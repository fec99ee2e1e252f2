/** How people call the command line of the installed package, by what started this process. */

type PackageManager = "npm" | "pnpm" | "yarn" | "bun";

const commands: Readonly<Record<PackageManager, string>> = {
  npm: "npx brownout",
  pnpm: "pnpm exec brownout",
  // Without node_modules (Plug'n'Play) npx finds nothing.
  yarn: "yarn brownout",
  bun: "bunx brownout",
};

/**
 * The command under a package manager: `pnpm exec brownout`. Without one, that of the manager whose
 * script or `exec` this process runs in, as `npm_config_user_agent` names it; else `npx brownout`.
 */
export function ownCommand(manager: PackageManager = runningManager()): string {
  return commands[manager];
}

function runningManager(): PackageManager {
  const [, name] = /^(pnpm|yarn|bun)\//.exec(process.env["npm_config_user_agent"] ?? "") ?? [];
  return name === "pnpm" || name === "yarn" || name === "bun" ? name : "npm";
}
