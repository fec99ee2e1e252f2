/**
 * Commands that take away what keeps a program from the network (`children.ts`): the variables of
 * its environment. The guard cannot follow such a program, so it is named when it starts.
 */

const losses: readonly (readonly [RegExp, string])[] = [
  [/(?:^|[\s;&|(/])env\s+(?:-\S+\s+)*(?:-i|-|--ignore-environment)(?=\s|$)/, "env -i"],
  [/(?:^|[\s;&|(/])env\s(?:.*\s)?(?:-u|--unset=?)\s*(?:NODE_OPTIONS|\w+_proxy)/i, "env -u"],
  [/(?:^|[\s;&|(/])sudo\s(?!(?:-\S+\s+)*(?:-E|--preserve-env)(?:\s|=))/, "sudo"],
  [/(?:^|\s)--noproxy(?=[\s=]|$)/, "--noproxy"],
  [/(?:^|[\s;&|(])unset\s[^;&|]*(?:NODE_OPTIONS|_proxy)/i, "unset"],
  [/(?:^|[\s;&|(])(?:NODE_OPTIONS|(?:https?|all)_proxy)=/i, "its own NODE_OPTIONS or proxy"],
  [/(?:^|[\s;&|(])no_proxy=/i, "its own NO_PROXY"],
];

/** By what a command line loses the guard; undefined when nothing shows it. */
export function lostGuardIn(commandLine: string): string | undefined {
  return losses.find(([pattern]) => pattern.test(commandLine))?.[1];
}
