/** `brownout mcp`: tools for coding agents, by the Model Context Protocol on standard input and output. */
import { createInterface } from "node:readline";
import { HarnessError } from "../../core/errors.ts";
import type { Arguments, Options } from "../arguments.ts";
import type { Io } from "../io.ts";
import { libraryTools } from "../mcp/library-tools.ts";
import { answerLine } from "../mcp/protocol.ts";
import { servedTools } from "../mcp/served-tools.ts";

/** The options of `brownout mcp`. */
export const mcpOptions = {} as const satisfies Options;

/** Answers until standard input ends; resolves to the exit code. */
export async function mcpCommand(
  { positionals: [first] }: Arguments<typeof mcpOptions>,
  io: Io,
): Promise<number> {
  if (first !== undefined) {
    throw new HarnessError("bad-usage", `mcp takes no arguments, found "${first}"`, {
      hint: 'A coding agent starts it: { "command": "npx", "args": ["brownout", "mcp"] }.',
    });
  }
  const tools = [...libraryTools(io), ...servedTools(io)];
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
  let last: Promise<void> = Promise.resolve();
  for await (const line of lines) {
    if (line.trim() === "") continue;
    // One after the other: two runs would write into one folder.
    last = last.then(async () => {
      const answer = await answerLine(line, tools);
      if (answer !== undefined) process.stdout.write(`${answer}\n`);
    });
  }
  await last;
  return 0;
}
