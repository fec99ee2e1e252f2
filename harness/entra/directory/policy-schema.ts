/** The schema of a Conditional Access policy, which a script can set while it runs. */
import { nonEmptyString, wholeNumber } from "../../core/common-schemas.ts";
import {
  acrossFields,
  expecting,
  parseWith,
  type ReportProblem,
  schema,
  schemaOf,
} from "../../core/validation.ts";
import type { ConditionalAccessPolicy } from "./conditional-access-policy.ts";

/** Throws `bad-world` with the path of each wrong field of a Conditional Access policy at `place`. */
export function checkPolicy(policy: ConditionalAccessPolicy, place: string): void {
  parseWith(policySchema, policy, { what: place, code: "bad-world" });
}

/** The name of an authentication context: `c1` to `c99`, or `p1`, which Azure Resource Manager asks for. */
export const authenticationContext = schema((z) =>
  z
    .string({
      error: expecting("the id of an authentication context", 'They are "c1" to "c99".'),
    })
    .regex(/^(?:c[1-9]\d?|p1)$/),
);

/** A policy of a tenant. */
export const policySchema = schemaOf<ConditionalAccessPolicy>()((z) => {
  const names = z.array(nonEmptyString());
  const everyone = z.union([z.literal("all"), names]);
  return z
    .strictObject({
      name: nonEmptyString(),
      state: z.enum(["enabled", "report-only", "disabled"]),
      users: z.strictObject({
        include: everyone,
        groups: names,
        roles: names,
        exclude: names.optional(),
      }),
      apps: everyone,
      conditions: z.array(z.enum(["sign-in-risk", "user-risk", "location"])),
      locations: z.strictObject({ include: everyone, exclude: names.optional() }).optional(),
      authenticationContexts: z.array(authenticationContext()).min(1).optional(),
      controls: z.array(
        z.enum([
          "mfa",
          "compliant-device",
          "hybrid-joined-device",
          "authentication-strength",
          "block",
        ]),
      ),
      signInFrequencyHours: z
        .number({ error: expecting("a number of hours above 0") })
        .positive()
        .optional(),
      classic: z.literal(true, { error: expecting("true, or that it is left out") }).optional(),
      resilienceDefaults: z.enum(["enabled", "disabled"]),
      enabledAtMs: wholeNumber(z, 0).optional(),
    })
    .check(acrossFields(checkPlace))
    .meta({ id: "ConditionalAccessPolicy" });
});

function checkPlace(
  { locations, conditions }: ConditionalAccessPolicy,
  report: ReportProblem,
): void {
  if (locations === undefined || conditions.includes("location")) return;
  report(
    ["conditions"],
    "the policy names locations, and location is not among its conditions",
    'Add "location", or leave locations out.',
  );
}
