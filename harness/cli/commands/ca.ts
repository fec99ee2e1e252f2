/** `brownout ca`: the certificate that programs must trust, of the package or of the project's own authority. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { HarnessError, suggestNames } from "../../core/errors.ts";
import { authorityFile } from "../../network/https-server.ts";
import {
  AUTHORITY_FOLDER,
  initAuthority,
  projectAuthority,
} from "../../network/way-in/authority.ts";
import { systemBundles } from "../../serve/sandbox/namespace.ts";
import type { Arguments, Options } from "../arguments.ts";
import type { Io } from "../io.ts";

/** The options of `brownout ca`. */
export const caOptions = {} as const satisfies Options;

const actions = ["init", "path", "bundle"];

/** Prints the path of the certificate, or a bundle; returns the exit code. */
export function caCommand({ positionals }: Arguments<typeof caOptions>, io: Io): number {
  const [action = "", ...more] = positionals;
  if (!actions.includes(action) || more.length > 0) {
    throw new HarnessError(
      "bad-usage",
      `expected init, path or bundle, got "${positionals.join(" ")}"`,
      {
        hint: suggestNames(
          action,
          actions,
          "init: makes one for this folder; path: its file; bundle: it with those of the system.",
        ),
      },
    );
  }
  const folder = resolve(io.cwd, AUTHORITY_FOLDER);
  if (action === "init") {
    io.stdout.write(`${initAuthority(folder)}\n`);
    return 0;
  }
  const file = projectAuthority(folder)?.file ?? authorityFile();
  if (action === "path") {
    io.stdout.write(`${file}\n`);
    return 0;
  }
  const system = systemBundles.find((path) => existsSync(path));
  if (system !== undefined) io.stdout.write(readFileSync(system, "utf8"));
  io.stdout.write(readFileSync(file, "utf8"));
  return 0;
}
