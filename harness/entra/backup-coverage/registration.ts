/**
 * An application as its maker registers and builds it, as far as the backup authentication
 * system asks: what `brownout coverage <app.json>` reads. `schemas/coverage-app.json` is
 * made from the schema here.
 */
import { nonEmptyString, wholeNumber } from "../../core/common-schemas.ts";
import { parseJson } from "../../core/json.ts";
import {
  acrossFields,
  expected,
  expecting,
  parseWith,
  type ReportProblem,
  schema,
  type TypeOf,
  type Z,
} from "../../core/validation.ts";
import { clouds, type FlowKind, flowKinds } from "../backup/edition.ts";
import { grantControls, policyConditions, sessionControls } from "../backup/policy-table.ts";

/** What kind of client it is. */
export type AppKind = (typeof appKinds)[number];

export const appKinds = [
  "native",
  "spa",
  "web",
  "api",
  "daemon",
  "managed-identity",
  "saml",
] as const;

/** The flows that a kind of application can use. Source: `docs/sources.md#d4`. */
export const flowsOf: Readonly<Record<AppKind, readonly FlowKind[]>> = {
  native: ["native-refresh", "device-code", "password"],
  spa: ["spa-implicit-id-token", "spa-code", "password"],
  web: [
    "web-id-token",
    "web-code",
    "on-behalf-of",
    "password",
    "client-credentials",
    "managed-identity",
  ],
  api: ["on-behalf-of", "client-credentials", "managed-identity"],
  daemon: ["client-credentials", "password", "managed-identity"],
  "managed-identity": ["managed-identity"],
  saml: ["saml-idp-initiated", "saml-sp-initiated"],
};

/** An application, as `brownout coverage` reads it. */
export type Registration = TypeOf<typeof fieldsSchema>;

/** A Conditional Access policy that applies to the application. */
export type PolicyRegistration = TypeOf<typeof policySchema>;

export const policyStates = ["enabled", "report-only", "disabled"] as const;
export const resilienceDefaults = ["enabled", "disabled"] as const;

/** The registration in `json`; `bad-registration` about `place`, with the path of every wrong field. */
export function parseRegistration(json: string, place: string): Registration {
  const hint = "What it may hold is in schemas/coverage-app.json of the package.";
  return checkRegistration(parseJson(json, { code: "bad-registration", place, hint }), place);
}

/** The registration, when it is one; else as `parseRegistration`. */
export function checkRegistration(found: unknown, place?: string): Registration {
  return parseWith(registrationSchema, found, { what: "app", code: "bad-registration", place });
}

/** An array without repetitions. */
function setOf<const Value extends string>(z: Z, values: readonly Value[]) {
  return z.array(z.enum(values)).check(acrossFields(checkNoneTwice)).meta({ uniqueItems: true });
}

function checkNoneTwice(entries: readonly string[], report: ReportProblem): void {
  const twice = entries.findIndex((entry, index) => entries.indexOf(entry) !== index);
  if (twice >= 0) report([twice], `expected no entry twice, got "${entries[twice]}" again`);
}

const policySchema = schema((z) =>
  z
    .strictObject({
      name: nonEmptyString().describe("As in the portal; names it in the answer."),
      state: z.enum(policyStates).describe("Only an enabled policy is enforced."),
      resilienceDefaults: z
        .enum(resilienceDefaults)
        .optional()
        .meta({ default: "enabled" })
        .describe("Disabled is disableResilienceDefaults of Microsoft Graph."),
      conditions: setOf(z, policyConditions)
        .optional()
        .describe(
          "What the policy looks at before it applies. Absent: every sign-in to the application.",
        ),
      grantControls: setOf(z, grantControls).optional().describe("What it requires."),
      sessionControls: setOf(z, sessionControls)
        .optional()
        .describe("What it does to the session."),
      classic: z
        .boolean()
        .optional()
        .meta({ default: false })
        .describe("Whether it is a policy of the old portal."),
    })
    .describe("One policy."),
);

const usersSchema = schema((z) =>
  z
    .strictObject({
      members: z.boolean().describe("Members of the home tenant."),
      guests: z.boolean().describe("B2B guests."),
      b2c: z.boolean().describe("Customers of a B2C tenant."),
    })
    .check(
      acrossFields<Readonly<Record<string, boolean>>>((users, report) => {
        if (Object.values(users).includes(true)) return;
        report([], "expected members, guests or b2c to be true, got none");
      }),
    )
    .meta({
      anyOf: ["members", "guests", "b2c"].map((name) => ({
        properties: { [name]: { const: true } },
      })),
    }),
);

const fieldsSchema = schema((z) =>
  z.strictObject({
    $schema: z.string().optional().describe("For editors: the address of this schema."),
    name: nonEmptyString().describe("Names the application in the answer."),
    kind: z.enum(appKinds).describe("What kind of client it is."),
    flows: setOf(z, flowKinds).min(1).describe("All flows that it uses."),
    cloud: z.enum(clouds).describe("The cloud of its tenant."),
    host: z
      .string({
        error: expecting(
          "a host name without scheme, port and path",
          "For example login.microsoftonline.com.",
        ),
      })
      .regex(/^[^/:\s]+$/)
      .optional()
      .describe(
        "Host of the authority, such as login.microsoftonline.com. Absent: the documented one of the cloud.",
      ),
    scopes: z
      .strictObject({
        dynamicConsent: z
          .boolean()
          .describe("Whether it asks for scopes at run time that it did not ask for at first."),
        names: z
          .array(nonEmptyString())
          .check(acrossFields(checkNoneTwice))
          .meta({ uniqueItems: true })
          .optional()
          .describe("The scopes."),
      })
      .optional()
      .describe("What it asks for."),
    tokenCache: z
      .strictObject({
        persisted: z.boolean().describe("Whether tokens survive the end of the application."),
        days: wholeNumber(z, 0, 36_500)
          .optional()
          .describe("For how many days. Absent: without end."),
      })
      .optional()
      .describe("How long its tokens are kept."),
    silentFirst: z
      .boolean()
      .optional()
      .describe("Whether a silent acquisition is tried before any interactive one."),
    usesUserInfo: z
      .boolean()
      .optional()
      .meta({ default: false })
      .describe("Whether it calls the UserInfo endpoint."),
    users: usersSchema()
      .optional()
      .describe("Who signs in. Absent: members of the home tenant only."),
    certificateSignIn: z
      .boolean()
      .optional()
      .meta({ default: false })
      .describe("Whether users sign in with certificates."),
    policies: z
      .array(policySchema())
      .optional()
      .describe("The Conditional Access policies that apply to it."),
  }),
);

/** An application as it is registered and built. */
export const registrationSchema = schema(() =>
  fieldsSchema()
    .check(acrossFields(checkFlows), acrossFields(checkNativeFields))
    .meta({
      description:
        "How an application signs in with Microsoft Entra ID, as far as the backup authentication system asks.",
      examples,
      ...inJsonSchema,
    }),
);

function checkFlows({ kind, flows: used }: Registration, report: ReportProblem): void {
  const stray = used.findIndex((flow) => !flowsOf[kind].includes(flow));
  if (stray < 0) return;
  const allowed = flowsOf[kind].map((flow) => `"${flow}"`).join(", ");
  report(
    ["flows", stray],
    expected(`a flow of the kind "${kind}" (${allowed})`, used[stray]),
    "Describe an application of two kinds in two files.",
  );
}

const neededByNative = ["scopes", "tokenCache", "silentFirst"] as const;

function checkNativeFields(registration: Registration, report: ReportProblem): void {
  if (!registration.flows.includes("native-refresh")) return;
  for (const field of neededByNative) {
    if (registration[field] !== undefined) continue;
    report([field], expected('a value, which the flow "native-refresh" depends on', undefined));
  }
}

/** The checks across fields, for editors. */
const inJsonSchema = {
  anyOf: appKinds.map((kind) => ({
    properties: { kind: { const: kind }, flows: { items: { enum: flowsOf[kind] } } },
  })),
  allOf: [
    {
      anyOf: [
        { not: { properties: { flows: { contains: { const: "native-refresh" } } } } },
        { required: neededByNative },
      ],
    },
  ],
};

const examples = [
  {
    $schema: "./node_modules/brownout/schemas/coverage-app.json",
    name: "Field notes",
    kind: "native",
    flows: ["native-refresh", "device-code"],
    cloud: "commercial",
    scopes: { dynamicConsent: false, names: ["Notes.Read"] },
    tokenCache: { persisted: true, days: 30 },
    silentFirst: true,
    users: { members: true, guests: true, b2c: false },
    policies: [
      {
        name: "Managers only",
        state: "enabled",
        resilienceDefaults: "disabled",
        conditions: ["groups"],
      },
    ],
  },
  {
    name: "Nightly export",
    kind: "daemon",
    flows: ["client-credentials"],
    cloud: "commercial",
  },
];
