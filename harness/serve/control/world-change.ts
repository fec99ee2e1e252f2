/** The changes of the world that can be asked for while it is served. */
import { nonEmptyString } from "../../core/common-schemas.ts";
import { schema, type TypeOf } from "../../core/validation.ts";

const ofUser = [
  "changePassword",
  "disable",
  "delete",
  "enableMfa",
  "revokeCertificate",
  "raiseRisk",
] as const;

/** The body of `POST /world`. */
export const worldBody = schema((z) =>
  z.discriminatedUnion("change", [
    z.strictObject({ change: z.enum(ofUser), user: nonEmptyString() }),
    /** Of one user, or of everyone. */
    z.strictObject({ change: z.literal("revokeSessions"), user: nonEmptyString().optional() }),
    z.strictObject({
      change: z.literal("setGroups"),
      user: nonEmptyString(),
      groups: z.array(nonEmptyString()),
    }),
    z.strictObject({
      change: z.literal("setLocation"),
      user: nonEmptyString(),
      location: nonEmptyString().optional(),
    }),
    z.strictObject({
      change: z.literal("setPolicy"),
      policy: z.record(z.string(), z.unknown()),
      tenant: nonEmptyString().optional(),
    }),
    z.strictObject({
      change: z.literal("removePolicy"),
      name: nonEmptyString(),
      tenant: nonEmptyString().optional(),
    }),
    z.strictObject({ change: z.literal("rotateKeys"), overlapMs: z.int().min(0).optional() }),
  ]),
);

/** A change of the world that was asked for. */
export type WorldChange = TypeOf<typeof worldBody>;
