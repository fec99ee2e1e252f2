/** The input of `createWorld`: your own registration, and what it may contain. */
import { nonEmptyString } from "../../core/common-schemas.ts";
import {
  acrossFields,
  expected,
  expecting,
  parseWith,
  type ReportProblem,
  schemaOf,
} from "../../core/validation.ts";
import { someSettingsSchema } from "./settings-schema.ts";
import type { ServiceSettings } from "./service-settings.ts";
import { guid, mark, registeredKinds } from "./world-schema.ts";

/**
 * The input of `createWorld`: your own registration.
 *
 * @example
 * const sketch: WorldSketch = {
 *   tenant: "8a6c1f5e-0000-4000-8000-000000000001",
 *   apps: [{ kind: "daemon", clientId: "8a6c1f5e-0000-4000-8000-000000000002" }],
 * };
 */
export interface WorldSketch {
  /** Your tenant id, a GUID in lower case. */
  readonly tenant: string;
  /** Its domain; default: that of the first user who is written with one, else `contoso.example`. */
  readonly domain?: string;
  readonly apps: readonly AppSketch[];
  /** Members of the tenant: `"adele"`, `"adele@example.com"`, or an object. Default: adele. */
  readonly users?: readonly (string | UserSketch)[];
  /** APIs other than Microsoft Graph that the scopes and roles of the apps do not name. */
  readonly resources?: readonly ResourceSketch[];
  /** Settings that differ from the defaults. */
  readonly settings?: Partial<ServiceSettings>;
}

/**
 * An app as it is registered. A web app, a single-page app and a native app need a redirect URI.
 *
 * @example
 * const app: AppSketch = {
 *   kind: "spa",
 *   clientId: "8a6c1f5e-0000-4000-8000-000000000002",
 *   redirectUris: ["http://localhost:5173/redirect"],
 *   scopes: ["User.Read", "api://orders/Orders.Read"],
 * };
 */
export interface AppSketch {
  readonly kind: (typeof registeredKinds)[number];
  /** Your client id, a GUID in lower case. */
  readonly clientId: string;
  /** How tests ask for it; default: its kind, of the second one `spa-2`. */
  readonly name?: string;
  /** As they are registered, under the platform of the kind. */
  readonly redirectUris?: readonly string[];
  /** Delegated permissions, all consented: `User.Read` of Graph, `api://orders/Orders.Read` of other APIs. Default: `User.Read`. */
  readonly scopes?: readonly string[];
  /** Application permissions, written like scopes. */
  readonly roles?: readonly string[];
  /** Of a web app, a daemon or an API; default `fixture-secret-of-` and its name. */
  readonly secret?: string;
  readonly multiTenant?: true;
}

/**
 * A member of the tenant.
 *
 * @example
 * const user: UserSketch = { upn: "adele@example.com", name: "Adele Vance" };
 */
export interface UserSketch {
  /** `adele`, or in full: `adele@example.com`. */
  readonly upn: string;
  /** Default `fixture-password-of-` and the first part of the UPN. */
  readonly password?: string;
  /** Object id; default: a hash of the UPN. */
  readonly id?: string;
  /** Display name. */
  readonly name?: string;
}

/**
 * An API that apps request tokens for.
 *
 * @example
 * const api: ResourceSketch = { identifierUri: "api://orders", scopes: ["Orders.Read"] };
 */
export interface ResourceSketch {
  /** Such as `api://orders`. */
  readonly identifierUri: string;
  readonly scopes?: readonly string[];
  /** Hosts at which the simulator answers for the API, under `contoso.example`. Default: none, the API is yours. */
  readonly hosts?: readonly string[];
  /** Client id of the API, the `aud` of its tokens; default: the one in the URI, else a hash of it. */
  readonly appId?: string;
  /** Whether it takes part in continuous access evaluation; default: no. */
  readonly cae?: boolean;
}

/** Throws `bad-world` with the path of every wrong field. */
export function checkSketch(sketch: WorldSketch): void {
  parseWith(sketchSchema, sketch, { what: "createWorld", code: "bad-world" });
}

const appSchema = schemaOf<AppSketch>()((z) => {
  // As registered: with its resource, and not `.default`.
  const permission = z
    .string({ error: expecting("the name of one permission", "Name each permission.") })
    .regex(/^(?!.*(?:^|\/)\.default$).*\S/s);
  const address = z
    .string({
      error: expecting(
        "an absolute URL",
        'Write it as it is registered, such as "http://localhost:5173/redirect".',
      ),
    })
    .refine((value) => URL.canParse(value));
  return z
    .strictObject({
      kind: z.enum(registeredKinds),
      clientId: guid(),
      name: nonEmptyString().optional(),
      redirectUris: z.array(address).optional(),
      scopes: z.array(permission).optional(),
      roles: z.array(permission).optional(),
      secret: nonEmptyString().optional(),
      multiTenant: mark(),
    })
    .check(acrossFields(checkApp))
    .meta({ id: "AppSketch" });
});

/** An app that signs people in needs a redirect URI. */
function checkApp({ kind, redirectUris = [], secret }: AppSketch, report: ReportProblem): void {
  if ((kind === "spa" || kind === "web") && redirectUris.length === 0) {
    const hint = `A ${kind} app has at least one: the redirectUri of your code, as an absolute URL.`;
    report(["redirectUris"], expected("at least one URL", undefined), hint);
  }
  if ((kind === "spa" || kind === "native") && secret !== undefined) {
    report(["secret"], `a ${kind} app cannot keep a secret: leave it out`);
  }
}

const userSchema = schemaOf<UserSketch>()((z) =>
  z
    .strictObject({
      upn: nonEmptyString(),
      password: nonEmptyString().optional(),
      id: guid().optional(),
      name: nonEmptyString().optional(),
    })
    .meta({ id: "UserSketch" }),
);

const resourceSchema = schemaOf<ResourceSketch>()((z) =>
  z
    .strictObject({
      identifierUri: nonEmptyString(),
      scopes: z.array(nonEmptyString()).optional(),
      hosts: z.array(nonEmptyString()).optional(),
      appId: guid().optional(),
      cae: z.boolean().optional(),
    })
    .meta({ id: "ResourceSketch" }),
);

/** What `createWorld` takes. */
export const sketchSchema = schemaOf<WorldSketch>()((z) =>
  z
    .strictObject({
      tenant: guid(),
      domain: nonEmptyString().optional(),
      apps: z.array(appSchema()).min(1),
      users: z
        .array(z.union([nonEmptyString(), userSchema()]))
        .min(1)
        .optional(),
      resources: z.array(resourceSchema()).optional(),
      settings: someSettingsSchema().optional(),
    })
    .meta({ id: "WorldSketch" }),
);
