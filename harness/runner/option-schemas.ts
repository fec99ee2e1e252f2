/** Schemas of what scenarios and the options of suites have in common. */
import { nonEmptyString } from "../core/common-schemas.ts";
import { expecting, schema, schemaOf } from "../core/validation.ts";
import type { WaitOptions } from "../core/time/waits/wait-limits.ts";
import type { World } from "../entra/directory/world.ts";

/** When a simulation begins. */
export const instantSchema = schema((z) =>
  z
    .string({
      error: expecting("an ISO 8601 instant", 'Write it like "2026-03-02T08:00:00Z".'),
    })
    .refine((text) => !Number.isNaN(Date.parse(text))),
);

/** Chance of the simulator. */
export const seedSchema = schema((z) =>
  z.string({
    error: expecting("a string", (value) =>
      typeof value === "number" ? `Write seed: "${value}".` : undefined,
    ),
  }),
);

/** How the history names the application under test. */
export const testedAppSchema = schema((z) =>
  z.strictObject(
    { name: nonEmptyString(), version: nonEmptyString().optional() },
    { error: expecting("an object", 'Name your app: { name: "orders" }.') },
  ),
);

/** A world in other data: `checkWorld` checks what is in it, when its settings are known too. */
export const worldInsideSchema = schema((z) =>
  z.custom<World>((value) => typeof value === "object" && value !== null, {
    error: expecting("a world", "Make one with createWorld, or leave it out."),
  }),
);

const realMs = schema((z) =>
  z.number({ error: expecting("a number of milliseconds above 0") }).positive(),
);

/** For what of the machine time stands still, and how long. */
export const waitOptionsSchema = schemaOf<WaitOptions>()((z) =>
  z.strictObject(
    {
      limitsMs: z
        .strictObject({
          threadPool: realMs().optional(),
          addOn: realMs().optional(),
          child: realMs().optional(),
          worker: realMs().optional(),
          socket: realMs().optional(),
          request: realMs().optional(),
          datagram: realMs().optional(),
        })
        .optional(),
      notWaitedFor: z
        .array(nonEmptyString(), {
          error: expecting("a list of names", 'Write it like ["127.0.0.1:6379", "redis-server"].'),
        })
        .optional(),
    },
    { error: expecting("an object", "Write it like { limitsMs: { child: 60_000 } }.") },
  ),
);
