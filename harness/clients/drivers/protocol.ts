/**
 * The driver protocol: how a program in any language is a client under test. It reads a JSON object
 * from each line of its standard input and writes one to each line of its standard output, as the
 * nodes of Maelstrom do (https://github.com/jepsen-io/maelstrom/blob/main/doc/protocol.md). What
 * each side may say is here; `docs/guide/drivers.md` is the text for people.
 */
import { nonEmptyString } from "../../core/common-schemas.ts";
import { schema, type TypeOf } from "../../core/validation.ts";
import { flows } from "../../history/event.ts";

/** The version of the protocol. A driver that names another is refused. */
export const DRIVER_PROTOCOL = "brownout/driver/1";

/** What Brownout asks of a driver. */
export const driverRequestSchema = schema((z) => {
  const id = z.int().describe("Unique in this process; the answer repeats it.");
  const user = z.strictObject({
    id: z.string(),
    upn: z.string(),
    password: z.string(),
    homeAccountId: z.string().describe("oid.tid of the home tenant"),
  });
  return z.discriminatedUnion("do", [
    z.strictObject({ id, do: z.literal("hello"), protocol: z.literal(DRIVER_PROTOCOL) }),
    z.strictObject({
      id,
      do: z.literal("open"),
      app: z.strictObject({
        name: z.string(),
        clientId: z.string(),
        kind: z.enum(["daemon", "web", "api", "native", "spa", "managed-identity"]),
        redirectUri: z.string().optional(),
        managedIdentity: z
          .strictObject({
            assigned: z.enum(["system", "user"]),
            by: z.enum(["clientId", "objectId", "resourceId"]),
            objectId: z.string(),
            resourceId: z.string(),
          })
          .optional(),
      }),
      tenantId: z.string(),
      authorityHost: z.string().describe("such as https://login.microsoftonline.com"),
      secret: z.string().optional(),
      certificate: z
        .strictObject({
          thumbprint: z.string().describe("SHA-1, hex"),
          thumbprintSha256: z.string(),
          privateKey: z.string().describe("PEM"),
          certificate: z.string().describe("PEM"),
        })
        .optional(),
      cache: z.enum(["memory", "session", "persisted", "shared"]),
      capabilities: z.array(z.string()),
    }),
    z.strictObject({
      id,
      do: z.literal("acquire"),
      flow: z.enum(flows),
      scopes: z.array(z.string()),
      user: user.optional(),
      credential: z.string().optional(),
      claims: z.string().optional(),
      forceRefresh: z.boolean(),
      prompt: z.string().optional(),
      region: z.string().optional(),
    }),
    z.strictObject({ id, do: z.literal("close") }),
    z.strictObject({
      do: z.literal("time").describe("The clock has moved; there is no answer."),
      nowMs: z.number().describe("ms since the Unix epoch"),
      woken: z.array(z.int()).describe("the waits and deadlines that are over"),
    }),
    z.strictObject({
      do: z.literal("answered").describe("The answer to something that the driver asked for."),
      ask: z.int(),
      ok: z.record(z.string(), z.unknown()).optional(),
      error: z.string().optional(),
    }),
  ]);
});

/** How a driver describes what its client threw. */
const driverErrorSchema = schema((z) =>
  z.strictObject({
    name: nonEmptyString().describe("its class"),
    code: z.string().optional().describe("as the client names it; default: the name"),
    suberror: z.string().optional(),
    message: z.string(),
    causedBy: z.string().optional().describe("the programming error behind it"),
    interactionRequired: z.boolean().default(false),
  }),
);

/** The answer to `hello`. */
export const driverHelloSchema = schema((z) =>
  z.strictObject({
    protocol: z.literal(DRIVER_PROTOCOL),
    name: z.string().regex(/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/),
    version: nonEmptyString().describe("of the library or program under test"),
    flows: z.array(z.enum(flows)).min(1),
    time: z
      .enum(["virtual", "real"])
      .describe(
        "virtual: its clock is libfaketime's and it announces its waits; real: it lives in the machine's time",
      ),
    nowMs: z.number().describe("what its clock shows, ms since the Unix epoch"),
  }),
);

/** The token in the answer to `acquire`. */
export const driverTokenSchema = schema((z) =>
  z.strictObject({
    accessToken: z.string(),
    idToken: z.string().optional(),
    expiresAtMs: z.number().optional(),
    fromCache: z.boolean().optional(),
    homeAccountId: z.string().optional(),
  }),
);

/** What a driver may ask for while it answers `acquire`. */
const askSchema = schema((z) => {
  const ask = z.int().describe("Unique in this process.");
  const of = z.int().describe("The id of the acquire.");
  return z.discriminatedUnion("for", [
    z.strictObject({
      ask,
      of,
      for: z.literal("sign-in"),
      url: z.string(),
      redirectUri: z.string(),
    }),
    z.strictObject({
      ask,
      of,
      for: z.literal("device-code"),
      verificationUri: z.string(),
      userCode: z.string(),
    }),
    z.strictObject({ ask, for: z.literal("read"), key: z.string() }),
    z.strictObject({ ask, for: z.literal("write"), key: z.string(), value: z.string() }),
  ]);
});

/** What a driver writes on a line. */
export const driverLineSchema = schema((z) =>
  z.union([
    z.strictObject({ id: z.int(), ok: z.record(z.string(), z.unknown()) }),
    z.strictObject({ id: z.int(), error: driverErrorSchema() }),
    z.strictObject({
      waiting: z.int().describe("A number for the wait, unique in this process."),
      forMs: z.number().min(0).describe("how long it will wait"),
    }),
    z.strictObject({
      deadline: z
        .int()
        .describe("A number for the time-out of something that is under way, unique among waits."),
      forMs: z.number().min(0).describe("after how long it is over"),
    }),
    z.strictObject({
      ended: z
        .int()
        .describe("the wait or deadline that is over: cancelled, or done with after it was woken"),
    }),
    askSchema(),
  ]),
);

export type DriverRequest = TypeOf<typeof driverRequestSchema>;
export type DriverHello = TypeOf<typeof driverHelloSchema>;
export type DriverError = TypeOf<typeof driverErrorSchema>;
export type DriverLine = TypeOf<typeof driverLineSchema>;
export type DriverAsk = TypeOf<typeof askSchema>;
