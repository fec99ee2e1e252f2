/** `brownout ca`: the certificate that programs must trust. */
import { existsSync, readFileSync } from "node:fs";
import { HarnessError, suggestNames } from "../../core/errors.ts";
import { authorityFile } from "../../network/https-server.ts";
import { systemBundles } from "../../serve/sandbox/namespace.ts";
import type { Arguments, Options } from "../arguments.ts";
import type { Io } from "../io.ts";

/** The options of `brownout ca`. */
export const caOptions = {} as const satisfies Options;

const actions = ["path", "bundle"];

/** Prints the path of the certificate, or a bundle; returns the exit code. */
export function caCommand({ positionals }: Arguments<typeof caOptions>, io: Io): number {
  const [action = "", ...more] = positionals;
  if (!actions.includes(action) || more.length > 0) {
    throw new HarnessError("bad-usage", `expected path or bundle, got "${positionals.join(" ")}"`, {
      hint: suggestNames(action, actions, "path: its file; bundle: it with those of the system."),
    });
  }
  if (action === "path") {
    io.stdout.write(`${authorityFile()}\n`);
    return 0;
  }
  const system = systemBundles.find((path) => existsSync(path));
  if (system !== undefined) io.stdout.write(readFileSync(system, "utf8"));
  io.stdout.write(readFileSync(authorityFile(), "utf8"));
  return 0;
}
