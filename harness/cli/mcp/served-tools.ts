/** Tools for coding agents on a program that `brownout serve` serves: by its control API. */
import { HarnessError } from "../../core/errors.ts";
import { nonEmptyString } from "../../core/common-schemas.ts";
import { schema, type TypeOf } from "../../core/validation.ts";
import { textOf } from "../../core/thrown.ts";
import { isLoopback } from "../../network/loopback.ts";
import { parseReady } from "../../serve/ready-file.ts";
import type { Io } from "../io.ts";
import { readTextFile } from "../text-file.ts";
import { insideFolder } from "./inside-folder.ts";
import type { Tool } from "./protocol.ts";

const READY_FILE = "ready.json";

const servedInput = schema((z) =>
  z.strictObject({
    /** What brownout serve --ready-file wrote, below this folder; default: ready.json. */
    readyFile: nonEmptyString().optional(),
  }),
);

const breakInput = schema((z) =>
  z.strictObject({
    readyFile: nonEmptyString().optional(),
    /** An outage by name, such as "outage", "throttled" or "unreachable". */
    preset: nonEmptyString(),
    /** The options of the preset, such as { "for": "5m" }. */
    options: z.record(z.string(), z.unknown()).optional(),
    /** How long it lasts at most, such as "5m"; default: ten minutes. */
    ttl: nonEmptyString().optional(),
  }),
);

/** The tools. */
export function servedTools(io: Io): readonly Tool[] {
  const get =
    (path: string) =>
    async ({ readyFile }: TypeOf<typeof servedInput>) =>
      ask({ readyFile, method: "GET", path }, io);
  return [
    {
      name: "break",
      description:
        "Starts an outage for the programs that brownout serve serves. It ends with its ttl, or by clear.",
      input: breakInput,
      isReadOnly: false,
      call: ({ readyFile, ...body }: TypeOf<typeof breakInput>) =>
        ask({ readyFile, method: "POST", path: "/outages", body }, io),
    },
    {
      name: "clear",
      description: "Ends all outages of brownout serve.",
      input: servedInput,
      isReadOnly: false,
      call: ({ readyFile }: TypeOf<typeof servedInput>) =>
        ask({ readyFile, method: "DELETE", path: "/outages" }, io),
    },
    {
      name: "served_state",
      description: "The time of brownout serve, what is broken, and how much has happened.",
      input: servedInput,
      isReadOnly: true,
      call: get("/state"),
    },
    {
      name: "served_findings",
      description: "What the rules say of the requests that brownout serve has seen so far.",
      input: servedInput,
      isReadOnly: true,
      call: get("/findings"),
    },
    {
      name: "served_timeline",
      description: "What happened under brownout serve, a line for each event.",
      input: servedInput,
      isReadOnly: true,
      call: get("/timeline"),
    },
  ];
}

interface Question {
  readonly readyFile: string | undefined;
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly body?: object;
}

async function ask(
  { readyFile = READY_FILE, method, path, body }: Question,
  { cwd }: Io,
): Promise<string> {
  const file = insideFolder(cwd, readyFile);
  const { control, token } = parseReady(readTextFile(file, readyFile), readyFile);
  const url = URL.parse(path, control);
  // The token is for this machine alone, also when somebody has edited the file.
  if (url === null || url.protocol !== "http:" || !isLoopback(url.hostname)) {
    throw new HarnessError("bad-usage", "expected a control API on this machine", {
      place: readyFile,
      hint: "brownout serve --ready-file ready.json writes it.",
    });
  }
  const response = await fetch(url, {
    method,
    redirect: "error",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw new HarnessError("bad-usage", `the control API does not answer: ${textOf(error)}`, {
      place: readyFile,
      hint: "Look whether brownout serve still runs.",
      cause: error,
    });
  });
  const text = await response.text();
  if (response.ok) return text.trimEnd();
  throw new HarnessError("bad-usage", messageIn(text) ?? `status ${response.status}`, {
    place: path,
  });
}

function messageIn(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as {
      readonly error?: { readonly message?: string; readonly hint?: string };
    };
    return [error?.message, error?.hint].filter((one) => one !== undefined).join("\n");
  } catch {
    return undefined;
  }
}
