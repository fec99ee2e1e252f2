/** A client of the user's own, such as a platform team's wrapper of MSAL, as its file describes it. */
import { nonEmptyString } from "../core/common-schemas.ts";
import { HarnessError } from "../core/errors.ts";
import { readField } from "../core/foreign-value.ts";
import { expecting, parseWith, schema } from "../core/validation.ts";
import { textOf } from "../core/thrown.ts";
import { flows } from "../history/event.ts";
import type { ClientInstance, ClientUnderTest, TokenResult } from "./client.ts";
import { describeErrorOfAnyMsal } from "./msal-error.ts";
import { clientNames } from "./registry.ts";

/**
 * A client of your own: the default export of the file that `--client ./FILE` names. It plays each
 * scenario of the library whose flows are among its own. Of what `open` returns, `acquire` and
 * `close` are used; `tabs`, which only clients in a browser have, are left out.
 *
 * @example
 * const definition: ClientDefinition = {
 *   name: "acme-auth",
 *   flows: ["client-credentials"],
 *   open: async ({ app, tenant }, { authorityHost }) => {
 *     const auth = createAcmeAuth({ clientId: app.clientId, authority: `${authorityHost}/${tenant.id}` });
 *     return { acquire: async ({ scopes }) => ({ accessToken: await auth.token(scopes) }) };
 *   },
 * };
 */
export interface ClientDefinition extends Pick<
  ClientUnderTest,
  "name" | "flows" | "open" | "describeError"
> {
  /** Default: the version in the nearest package.json, else `0`. Baselines know the major version. */
  readonly version?: string;
  /** Scenarios of the library whose flows it has and that say nothing about it, each with the reason, such as `it has no certificates`. They are reported as left out. */
  readonly notApplicable?: readonly { readonly scenario: string; readonly why: string }[];
}

/**
 * Types a client of your own. Errors in it are reported when its file is loaded, before anything runs.
 *
 * @example
 * export default defineClient({
 *   name: "acme-auth",
 *   flows: ["client-credentials"],
 *   open: async ({ app, tenant }, { authorityHost }) => {
 *     const auth = createAcmeAuth({ clientId: app.clientId, authority: `${authorityHost}/${tenant.id}` });
 *     return { acquire: async ({ scopes }) => ({ accessToken: await auth.token(scopes) }) };
 *   },
 * });
 */
export function defineClient(definition: ClientDefinition): ClientDefinition {
  return definition;
}

/** What is known of a client of the user's own without its code. */
export type ClientSummary = Required<
  Pick<ClientDefinition, "name" | "version" | "flows" | "notApplicable">
> &
  Pick<ClientUnderTest, "isProgram">;

/** The value itself, as a definition; throws `bad-client` with the path of every wrong field. */
export function checkClient(value: unknown, place: string): ClientDefinition {
  const { name } = parseWith(definitionSchema, value, {
    what: "client",
    code: "bad-client",
    place,
  });
  if (clientNames.includes(name)) {
    throw new HarnessError("bad-client", `"${name}" is the name of a client of Brownout's own`, {
      place,
      hint: "Give yours another name: a baseline would take one for the other.",
    });
  }
  return value as ClientDefinition;
}

/** The summary that a process wrote which has loaded the client; throws `bad-client` for another value. */
export function readClientSummary(value: unknown, place: string): ClientSummary {
  return parseWith(summarySchema, value, { what: "client", code: "bad-client", place });
}

/** Where a client's definition comes from. */
export interface DefinitionSource {
  /** The definition of a new process. */
  readonly load: () => Promise<ClientDefinition>;
  /** Where in the user's files an error arose. */
  readonly placeOf: (error: unknown) => string;
}

/** The client of a definition, which is the first that was loaded. What it gives back for a token is checked here. */
export function clientOf(
  first: ClientDefinition & { readonly version: string },
  { load, placeOf }: DefinitionSource,
): ClientUnderTest {
  const loaded: ClientDefinition[] = [first];
  const { name, version, flows: known } = first;
  return {
    name,
    version,
    flows: known,
    async open(options, context) {
      const definition = await load();
      loaded.push(definition);
      try {
        return checkedInstance(await definition.open(options, context), placeOf);
      } catch (error) {
        if (error instanceof HarnessError) throw error;
        throw new HarnessError("bad-client", `open() of ${name} failed: ${textOf(error)}`, {
          place: placeOf(error),
          hint: "open() creates the client; what asks the service for something belongs into acquire().",
          cause: error,
        });
      }
    },
    // Each process has error classes of its own.
    describeError: (error) =>
      loaded
        .toReversed()
        .map((definition) => definition.describeError?.(error))
        .find((described) => described !== undefined) ?? describeErrorOfAnyMsal(error),
  };
}

function checkedInstance(
  instance: ClientInstance,
  placeOf: DefinitionSource["placeOf"],
): ClientInstance {
  if (typeof readField(instance, "acquire") !== "function") {
    throw new HarnessError(
      "bad-client",
      `open() returned ${found(instance)}, and not an object with the method acquire`,
      {
        place: placeOf(instance),
        hint: "Return { acquire: async (request) => ({ accessToken: … }) }.",
      },
    );
  }
  return {
    acquire: async (request, signal) =>
      checkedResult(await instance.acquire(request, signal), placeOf),
    ...(instance.close === undefined ? {} : { close: async () => instance.close?.() }),
  };
}

/** No token where one was asked for is the client's failure, for the rule empty-token to judge; anything else that is no token, a mistake in its file. */
function checkedResult(
  result: TokenResult | null | undefined,
  placeOf: DefinitionSource["placeOf"],
): TokenResult {
  const accessToken = result === undefined ? null : readField(result, "accessToken");
  if (typeof accessToken === "string") return result as TokenResult;
  if (result === undefined || result === null || accessToken === null) return { accessToken: "" };
  throw new HarnessError(
    "bad-client",
    `acquire() returned ${found(result)}, and not an object with an accessToken that is a string`,
    { place: placeOf(result), hint: "Return { accessToken: token }, or throw." },
  );
}

function found(value: unknown): string {
  if (typeof value !== "object" || value === null) return `a value of type ${typeof value}`;
  const names = Object.keys(value);
  return names.length === 0 ? "an empty object" : `an object with ${names.join(", ")}`;
}

/** How its files in the output folder and the entries of a baseline can be called. */
const NAME = /^[a-z0-9]+(?:[.-][a-z0-9]+)*$/;
const NAME_CHARACTERS_MAX = 60;

const summaryFields = schema((z) =>
  z.object({
    name: z
      .string({
        error: expecting(`a name in kebab-case of at most ${NAME_CHARACTERS_MAX} characters`),
      })
      .max(NAME_CHARACTERS_MAX)
      .regex(NAME),
    flows: z.array(z.enum(flows)).min(1, { error: expecting("at least one flow") }),
  }),
);

const notApplicableSchema = schema((z) =>
  z.array(
    z.strictObject(
      { scenario: nonEmptyString(), why: nonEmptyString() },
      { error: expecting("an object", "Write { scenario, why }.") },
    ),
  ),
);

const definitionSchema = schema((z) =>
  z.strictObject(
    {
      ...summaryFields().shape,
      version: nonEmptyString().optional(),
      notApplicable: notApplicableSchema().optional(),
      open: z.custom((value) => typeof value === "function", { error: expecting("a function") }),
      describeError: z
        .custom((value) => typeof value === "function", { error: expecting("a function") })
        .optional(),
    },
    { error: expecting("an object", "A client is the object that defineClient({ … }) returns.") },
  ),
);

const summarySchema = schema((z) =>
  z.strictObject({
    ...summaryFields().shape,
    version: nonEmptyString(),
    notApplicable: notApplicableSchema(),
    isProgram: z.literal(true).optional(),
  }),
);
