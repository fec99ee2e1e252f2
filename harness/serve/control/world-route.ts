/** Changes of the world while it is served. */
import { nonEmptyString } from "../../core/common-schemas.ts";
import { schema, type TypeOf } from "../../core/validation.ts";
import type { WorldControls } from "../../entra/directory/world-controls.ts";
import type { ConditionalAccessPolicy } from "../../entra/directory/world.ts";
import { refuseOnUpstream, withBody } from "./route.ts";

const ofUser = [
  "changePassword",
  "disable",
  "delete",
  "enableMfa",
  "revokeCertificate",
  "raiseRisk",
] as const;

const worldBody = schema((z) =>
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

/** `POST /world`. */
export const worldRoute = withBody({
  method: "POST",
  path: "/world",
  summary: "Changes people, policies or signing keys.",
  body: worldBody,
  handle(change, _request, { supervisor }) {
    refuseOnUpstream(supervisor, "the people, policies and keys");
    perform(change, supervisor.current().live.world);
    return { json: { changed: change.change } };
  },
});

function perform(asked: TypeOf<typeof worldBody>, world: WorldControls): void {
  switch (asked.change) {
    case "revokeSessions":
      return world.revokeSessions(asked.user === undefined ? "everyone" : [world.user(asked.user)]);
    case "setGroups":
      return world.setGroups(world.user(asked.user), asked.groups);
    case "setPolicy":
      // The world checks it.
      return world.setPolicy(asked.policy as unknown as ConditionalAccessPolicy, asked.tenant);
    case "removePolicy":
      return world.removePolicy(asked.name, asked.tenant);
    case "rotateKeys":
      return world.rotateKeys(asked.overlapMs === undefined ? {} : { overlapMs: asked.overlapMs });
    default:
      return world[asked.change](world.user(asked.user));
  }
}
