/**
 * The Model Context Protocol over stdio, as far as tools need it: JSON-RPC 2.0, a message a line.
 * By hand, because the SDK brings seventeen packages for the transports that are not used here;
 * the tests speak to it with the SDK's own client.
 * https://modelcontextprotocol.io/specification/2025-06-18
 */
import { HarnessError } from "../../core/errors.ts";
import { plainMessageOf } from "../../core/explain.ts";
import { textOf } from "../../core/thrown.ts";
import { brownoutVersion } from "../../core/version.ts";
import { jsonSchemaOf, type LazySchema, parseWith, schema } from "../../core/validation.ts";

/** A tool, as an agent sees it. */
export interface Tool {
  readonly name: string;
  /** What it does, for the model that chooses. */
  readonly description: string;
  readonly input: LazySchema;
  /** It changes nothing. */
  readonly isReadOnly: boolean;
  /** Resolves to what the agent reads; rejects with a `HarnessError` for what cannot be. */
  readonly call: (input: never) => Promise<string>;
}

/** The versions of the protocol that are spoken, the newest first. */
const VERSIONS = ["2025-06-18", "2025-03-26", "2024-11-05"];

const requestSchema = schema((z) =>
  z.object({
    jsonrpc: z.literal("2.0"),
    id: z.union([z.string(), z.number()]).optional(),
    method: z.string(),
    params: z.record(z.string(), z.unknown()).optional(),
  }),
);

const callSchema = schema((z) =>
  z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()).optional() }),
);

/** Errors of JSON-RPC. */
const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;
const METHOD_NOT_FOUND = -32_601;
const INVALID_PARAMS = -32_602;

interface RpcError {
  readonly code: number;
  readonly message: string;
}

/** Answers one line; undefined where no answer is due. */
export async function answerLine(
  line: string,
  tools: readonly Tool[],
): Promise<string | undefined> {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return failed(null, { code: PARSE_ERROR, message: "expected JSON" });
  }
  const { success, data } = requestSchema().safeParse(message);
  // Answers to requests of ours: there are none.
  if (!success) {
    const isAnswer =
      typeof message === "object" &&
      message !== null &&
      ("result" in message || "error" in message);
    return isAnswer ? undefined : failed(null, { code: INVALID_REQUEST, message: "no request" });
  }
  const { id, method, params = {} } = data;
  if (id === undefined) return undefined;
  const result = await resultOf(method, params, tools);
  return "error" in result
    ? failed(id, result.error)
    : JSON.stringify({ jsonrpc: "2.0", id, result: result.value });
}

type Outcome = { readonly value: object } | { readonly error: RpcError };

async function resultOf(
  method: string,
  params: Readonly<Record<string, unknown>>,
  tools: readonly Tool[],
): Promise<Outcome> {
  switch (method) {
    case "initialize":
      return { value: greeting(params["protocolVersion"]) };
    case "ping":
      return { value: {} };
    case "tools/list":
      return { value: { tools: tools.map(describeTool) } };
    case "tools/call":
      return callTool(params, tools);
    default:
      return { error: { code: METHOD_NOT_FOUND, message: `there is no method ${method}` } };
  }
}

function greeting(wanted: unknown): object {
  return {
    protocolVersion: VERSIONS.find((version) => version === wanted) ?? VERSIONS[0],
    capabilities: { tools: {} },
    serverInfo: { name: "brownout", version: brownoutVersion },
    instructions:
      "Outage tests for apps that sign in with Microsoft Entra ID. run_scenario plays an outage against a client library, list_findings and explain_finding say what it found. For a program that brownout serve serves: break, clear, served_findings.",
  };
}

function describeTool({ name, description, input, isReadOnly }: Tool): object {
  return {
    name,
    description,
    inputSchema: jsonSchemaOf(input),
    annotations: { readOnlyHint: isReadOnly, openWorldHint: false },
  };
}

async function callTool(params: unknown, tools: readonly Tool[]): Promise<Outcome> {
  const { success, data } = callSchema().safeParse(params);
  const tool = success ? tools.find(({ name }) => name === data.name) : undefined;
  if (!success || tool === undefined) {
    const names = tools.map(({ name }) => name).join(", ");
    return {
      error: { code: INVALID_PARAMS, message: `there is no such tool; there are ${names}` },
    };
  }
  try {
    const input = parseWith(tool.input, data.arguments ?? {}, {
      what: tool.name,
      code: "bad-usage",
    });
    return { value: contentOf(await tool.call(input as never)) };
  } catch (error) {
    return { value: { ...contentOf(saying(error)), isError: true } };
  }
}

function saying(error: unknown): string {
  if (!(error instanceof HarnessError)) return textOf(error);
  const { place, hint } = error;
  return [
    place === undefined ? "" : `${place}: `,
    plainMessageOf(error),
    hint ? `\n${hint}` : "",
  ].join("");
}

function contentOf(text: string): { readonly content: readonly object[] } {
  return { content: [{ type: "text", text }] };
}

function failed(id: string | number | null, error: RpcError): string {
  return JSON.stringify({ jsonrpc: "2.0", id, error });
}
