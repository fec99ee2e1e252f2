/**
 * The file of channels: who else hears what changed. It holds no secrets, only the names of the
 * environment variables that do.
 */
import { nonEmptyString } from "../../core/common-schemas.ts";
import { parseJson } from "../../core/json.ts";
import { acrossFields, parseWith, schema, type TypeOf, type Z } from "../../core/validation.ts";
import { changeKinds } from "../archive/change.ts";

/** The services that take JSON at an address. */
const webhookKinds = ["slack", "teams", "google-chat", "cloudevents", "webhook", "issues"] as const;

/** One of them; `webhook` takes the contents of `news.json`, `issues` what an issue of a tracker should say and be. */
export type WebhookKind = (typeof webhookKinds)[number];

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The shape of the file. */
export const channelsSchema = schema((z) =>
  z
    .array(
      z.discriminatedUnion("kind", [
        z.strictObject({
          ...commonFields(z),
          kind: z.enum(webhookKinds).describe("The service, which decides the format."),
          address: variable(z, "SLACK_WEBHOOK").describe(
            "The environment variable that has the webhook's address.",
          ),
        }),
        z.strictObject({
          ...commonFields(z),
          kind: z.literal("github-issues").describe("An issue for each finding."),
          token: variable(z, "GITHUB_TOKEN")
            .optional()
            .describe("The environment variable that has the token; default: GITHUB_TOKEN."),
          repository: z
            .string()
            .regex(/^[\w.-]+\/[\w.-]+$/)
            .optional()
            .describe("As `owner/name`; default: what GITHUB_REPOSITORY says."),
        }),
      ]),
    )
    .check(
      acrossFields<readonly { readonly name: string }[]>((entries, report) => {
        for (const [index, { name }] of entries.entries())
          if (entries.findIndex((entry) => entry.name === name) < index)
            report([index, "name"], `another channel is called "${name}", too`);
      }),
    ),
);

function commonFields(z: Z) {
  return {
    name: nonEmptyString().describe(
      "What the archive and messages call it; another name is another channel, which has heard nothing yet.",
    ),
    changes: z
      .array(z.enum(changeKinds))
      .min(1)
      .optional()
      .describe("The kinds of changes that it gets; default: all."),
  };
}

/** The name of a variable; what stands there instead may be a secret, and is not repeated. */
function variable(z: Z, example: string) {
  return z.string().check((context) => {
    if (VARIABLE.test(context.value)) return;
    context.issues.push({
      code: "custom",
      input: "",
      message: `expected the name of an environment variable, such as ${example}`,
      params: { hint: "Secrets stay out of files: put it into that variable." },
    });
  });
}

/** The entries of a file of channels; `bad-channels` with the place of what is wrong. */
export function parseChannels(text: string, place: string): TypeOf<typeof channelsSchema> {
  const hint = 'It is an array of { "name", "kind", "address" }; [] is an empty one.';
  const options = { what: "channels", code: "bad-channels", place, hint } as const;
  return parseWith(channelsSchema, parseJson(text, options), options);
}
