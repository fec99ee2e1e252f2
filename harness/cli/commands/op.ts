/** `brownout op`: a command as an operation of a served simulation, which says what its requests were for. */
import { basename, resolve } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import { textOf } from "../../core/thrown.ts";
import { parseReady } from "../../serve/ready-file.ts";
import type { Arguments, Options } from "../arguments.ts";
import type { Io } from "../io.ts";
import type { Crash } from "../crash.ts";
import { type CommandEnd, runWatched } from "../run-command.ts";
import { readTextFile } from "../text-file.ts";

/** The options of `brownout op`. */
export const opOptions = {
  "ready-file": {
    value: "FILE",
    says: "what brownout serve --ready-file FILE wrote (default: inside brownout exec, its own)",
  },
} as const satisfies Options;

/** Runs the command; resolves to its exit code. */
export async function opCommand(
  { values, positionals }: Arguments<typeof opOptions>,
  io: Io,
): Promise<number> {
  const [name, ...command] = positionals;
  if (name === undefined || command.length === 0) {
    throw new HarnessError("bad-usage", "op needs a name and a command", {
      hint: 'brownout op "load orders" -- python3 orders.py',
    });
  }
  const control = controlOf(values["ready-file"], io);
  const client = basename(command[0] ?? "");
  const { id } = (await post(control, "/operations", { name, client })) as { readonly id: number };
  const end = (failed?: string, crash?: Crash) =>
    post(control, `/operations/${id}/end`, {
      ...(failed === undefined ? {} : { failed }),
      ...(crash === undefined ? {} : { crash }),
    });
  let ended: CommandEnd;
  try {
    ended = await runWatched(command, io.environment, io);
  } catch (error) {
    await end(textOf(error));
    throw error;
  }
  const { code, crash } = ended;
  await end(code === 0 ? undefined : `exit code ${code}`, crash);
  return code;
}

interface Control {
  readonly url: string;
  readonly token: string;
}

function controlOf(file: string | undefined, { cwd, environment }: Io): Control {
  if (file !== undefined) {
    const { control, token } = parseReady(readTextFile(resolve(cwd, file), file), file);
    return { url: control, token };
  }
  const { BROWNOUT_CONTROL: url, BROWNOUT_TOKEN: token } = environment;
  if (url !== undefined && token !== undefined) return { url, token };
  throw new HarnessError("bad-usage", "nothing is served here", {
    hint: "Use it inside brownout exec, or name the file of brownout serve: --ready-file FILE.",
  });
}

async function post({ url, token }: Control, path: string, body: object): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(new URL(path, url), {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch (error) {
    throw new HarnessError("bad-usage", `the control API does not answer: ${textOf(error)}`, {
      place: url,
      hint: "Look whether brownout serve still runs.",
      cause: error,
    });
  }
  const answer = (await response.json()) as { readonly error?: { readonly message: string } };
  if (response.ok) return answer;
  throw new HarnessError("bad-usage", answer.error?.message ?? `status ${response.status}`, {
    place: path,
  });
}
