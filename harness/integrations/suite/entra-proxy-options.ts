/** The options of `createEntraProxy`, and their check. */
import { nonEmptyString } from "../../core/common-schemas.ts";
import { parseWith, schemaOf } from "../../core/validation.ts";
import { someSettingsSchema } from "../../entra/directory/settings-schema.ts";
import { limitsSchema } from "../../history/limits-schema.ts";
import { allowSchema } from "../../network/suite.ts";
import { seedSchema, testedAppSchema, worldInsideSchema } from "../../runner/option-schemas.ts";
import type { EntraOptions } from "./suite-options.ts";

/**
 * Options of `createEntraProxy`: those of `createEntra` that hold for pages of another program.
 * The app is named `app` by default. A simulation begins at the machine's time, which the pages have.
 *
 * @example
 * createEntraProxy({ world, allow: ["cdn.example.com"], journals: "brownout-journals" });
 */
export interface EntraProxyOptions extends Pick<
  EntraOptions,
  "seed" | "world" | "settings" | "allow" | "app" | "limits" | "journals"
> {}

const optionsSchema = schemaOf<EntraProxyOptions>()((z) =>
  z.strictObject({
    seed: seedSchema().optional(),
    world: worldInsideSchema().optional(),
    settings: someSettingsSchema().optional(),
    allow: allowSchema().optional(),
    app: testedAppSchema().optional(),
    limits: limitsSchema().optional(),
    journals: nonEmptyString().optional(),
  }),
);

/** Throws `bad-usage` with the path of every wrong option of the function `what`. */
export function checkProxyOptions(options: EntraProxyOptions, what: string): void {
  parseWith(optionsSchema, options, { what, code: "bad-usage" });
}
