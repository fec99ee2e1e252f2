/**
 * Checks what a script asks for, when it asks: a misspelt option must not silently open another
 * application, whose findings would be false.
 */
import type { ClientUnderTest, TokenRequest } from "../../clients/client.ts";
import { nonEmptyString } from "../../core/common-schemas.ts";
import { HarnessError, suggestNames } from "../../core/errors.ts";
import {
  acrossFields,
  expected,
  expecting,
  parseWith,
  type ReportProblem,
  schemaOf,
} from "../../core/validation.ts";
import type { AppRegistration, User } from "../../entra/directory/world.ts";
import { flows } from "../../history/event.ts";
import { isServedHost, servedHosts } from "../../network/served-hosts.ts";
import type { OpenApplication } from "../scenario.ts";
import type { OperateOptions } from "./call-result.ts";

const openSchema = schemaOf<OpenApplication>()((z) =>
  z.strictObject(
    {
      app: nonEmptyString(),
      tenant: nonEmptyString().optional(),
      credential: z.enum(["secret", "certificate"]).optional(),
      cache: z.enum(["memory", "session", "persisted", "shared"]).optional(),
      browser: nonEmptyString().optional(),
      capabilities: z.array(z.string()).optional(),
      host: z
        .string({ error: expecting("a host that is simulated", nearestHost) })
        .refine(isServedHost)
        .optional(),
      machine: nonEmptyString().optional(),
      process: nonEmptyString().optional(),
      identifiedBy: z.enum(["clientId", "objectId", "resourceId"]).optional(),
    },
    { error: expecting("an object", 'Name an app of the world: open({ app: "portal" }).') },
  ),
);

function nearestHost(host: unknown): string {
  const otherwise = "Write a login host, such as login.microsoftonline.us.";
  return typeof host === "string" ? suggestNames(host, servedHosts, otherwise) : otherwise;
}

const requestSchema = schemaOf<TokenRequest>()((z) =>
  z
    .strictObject(
      {
        flow: z.enum(flows),
        scopes: z.array(z.string(), {
          error: expecting("an array of scopes", 'Such as ["User.Read"].'),
        }),
        user: z
          .custom<User>((user) => typeof (user as Partial<User> | null)?.upn === "string", {
            error: expecting("a user of the world", 'Ask for one: world.user("adele").'),
          })
          .optional(),
        credential: z.string().optional(),
        claims: z.string().optional(),
        forceRefresh: z.boolean().optional(),
        prompt: z.enum(["login", "consent", "select_account", "none", "create"]).optional(),
        region: z.string().optional(),
        tab: z.string().optional(),
        timeoutMs: z.number().min(0).optional(),
      },
      { error: expecting("an object", "A request names its flow and scopes.") },
    )
    .check(acrossFields(checkAssertion)),
);

/** Without the token of a user the service refuses every request, which says nothing about the client. */
function checkAssertion({ flow, credential }: TokenRequest, report: ReportProblem): void {
  if (flow !== "on-behalf-of" || (credential ?? "") !== "") return;
  report(
    ["credential"],
    expected("the user's token for this API", credential),
    'Let an app of the user get it, and pass it on: const result = await portal.acquire({ flow: "authorization-code", user, scopes: ["api://orders/access_as_user"] }), then credential: result.accessToken.',
  );
}

/** Throws `bad-scenario` with the path of every wrong option of `open`. */
export function checkOpen(wanted: OpenApplication): void {
  parseWith(openSchema, wanted, { what: "open", code: "bad-scenario" });
}

/** Throws `bad-scenario` unless a managed identity, and nothing else, is opened on a machine. */
export function checkMachine(
  { machine }: OpenApplication,
  app: AppRegistration,
  client: ClientUnderTest,
): void {
  const isIdentity = app.kind === "managed-identity";
  if (isIdentity && machine === undefined) {
    const hint = 'Say where it runs: open({ app: "web-vm-identity", machine: "web-vm" }).';
    throw bad("open.machine", `${app.name} is a managed identity, which exists on a machine`, hint);
  }
  if (machine === undefined) return;
  if (!isIdentity) {
    const hint = "Leave the machine away, or open a managed identity.";
    throw bad("open.machine", `${app.name} is a ${app.kind} app, not a managed identity`, hint);
  }
  if (client.flows.includes("managed-identity")) return;
  const hint = "Run it with --client msal-node or azure-identity.";
  throw bad("open.machine", `${client.name} knows no managed identities`, hint);
}

/** Throws `bad-scenario` with the path of every wrong field of a request for a token. */
export function checkRequest(request: TokenRequest, application: string): void {
  parseWith(requestSchema, request, { what: `${application}.acquire`, code: "bad-scenario" });
}

const operateSchema = schemaOf<OperateOptions>()((z) =>
  z.strictObject(
    {
      succeeds: z
        .custom<NonNullable<OperateOptions["succeeds"]>>((value) => typeof value === "function", {
          error: expecting("a function", "Such as ({ status }) => status === 200."),
        })
        .optional(),
    },
    { error: expecting("an object", "Such as { succeeds: ({ status }) => status === 200 }.") },
  ),
);

/** Throws `bad-scenario` unless `operate` was given a name, a function and options that exist. */
export function checkOperate(name: unknown, call: unknown, options: unknown): void {
  if (typeof name === "string" && name !== "" && typeof call === "function") {
    parseWith(operateSchema, options, { what: "operate", code: "bad-scenario" });
    return;
  }
  throw bad(
    "operate",
    "expected a name and a function",
    'Such as operate("my-app", () => getToken()).',
  );
}

/** Throws `bad-scenario` unless a remark is a text. */
export function checkNote(text: unknown): void {
  if (typeof text === "string") return;
  throw bad("note", expected("a text", text), 'Such as note("the outage begins").');
}

/** Ten times what a thousand clients make that all call at one moment. */
const EVENTS_AT_ONCE_MAX = 40_000;

/** More than a thousand clients make that call every half hour for 72 hours. */
const EVENTS_MAX = 1_000_000;

/** Throws `stuck` when a history has grown too long: the script has an endless loop. */
export function checkLength(events: readonly { readonly at: number }[]): void {
  const now = events.at(-1)?.at;
  const isStill = now !== undefined && events.at(-EVENTS_AT_ONCE_MAX)?.at === now;
  if (isStill) {
    throw new HarnessError(
      "stuck",
      `the script has made ${EVENTS_AT_ONCE_MAX} events at one moment and still calls`,
      {
        hint: "Let time pass in the loop: await clock.sleep(seconds(20)).",
      },
    );
  }
  if (events.length < EVENTS_MAX) return;
  throw new HarnessError("stuck", `the script has made ${EVENTS_MAX} events and still calls`, {
    hint: "Let it end: loop until a time on the clock, or a number of calls.",
  });
}

function bad(place: string, message: string, hint: string): HarnessError {
  return new HarnessError("bad-scenario", message, { place, hint });
}
