/**
 * The failure in what a call resolves to that has run another program: `spawnSync` of Node, and
 * execa, zx and tinyexec where they do not throw. Known by its output beside an exit code.
 */
import type { ClientErrorDescription } from "../../clients/client.ts";
import { readField } from "../../core/foreign-value.ts";

/** What a program's result says of its failure: a code, and words; undefined for a success, and for what is no such result. */
export function programFailureIn(
  result: unknown,
): Pick<ClientErrorDescription, "code" | "message"> | undefined {
  const [stdout, stderr] = ["stdout", "stderr"].map((name) => isThere(result, name));
  if (stdout !== true || stderr !== true) return undefined;
  // `spawnSync` of Node; its `status` is not one of HTTP.
  const isOfNode = Array.isArray(readField(result, "output"));
  const code = readField(result, isOfNode ? "status" : "exitCode");
  const signal = readField(result, "signal");
  if (typeof signal === "string")
    return { code: signal, message: `the program was ended by ${signal}` };
  if (typeof code === "number" && code !== 0)
    return { code: `exit_${code}`, message: `the program ended with exit code ${code}` };
  return readField(result, "failed") === true
    ? { code: "unsuccessful", message: "the program could not be run" }
    : undefined;
}

/** Whether there is such a field: of a program that could not be started its value may be undefined. */
function isThere(result: unknown, name: string): boolean {
  try {
    return typeof result === "object" && result !== null && name in result;
  } catch {
    return false;
  }
}
