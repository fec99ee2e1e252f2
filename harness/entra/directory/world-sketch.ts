/** What `createWorld` is told of somebody's own registration, and what may stand in it. */
import {
  anyListOf,
  type Check,
  type FieldsOf,
  flag,
  listOf,
  name,
  object,
  oneOf,
  optional,
  refuse,
  refusingThere,
  show,
} from "../../core/shape.ts";
import type { ServiceSettings } from "./world.ts";
import { checkSettingNames, guid, mark, registeredKinds } from "./world-shape.ts";

/** What `createWorld` is told. */
export interface WorldSketch {
  /** Your tenant id, a GUID in lower case. */
  readonly tenant: string;
  /** Its domain; default: that of the first user who is written with one, else `contoso.example`. */
  readonly domain?: string;
  readonly apps: readonly AppSketch[];
  /** Members of the tenant: `"adele"`, `"adele@example.com"`, or an object. Default: adele. */
  readonly users?: readonly (string | UserSketch)[];
  /** APIs besides Microsoft Graph, as far as the scopes of the apps do not tell all of them. */
  readonly resources?: readonly ResourceSketch[];
  /** What differs from the defaults. */
  readonly settings?: Partial<ServiceSettings>;
}

/** An app as it is registered. */
export interface AppSketch {
  readonly kind: (typeof registeredKinds)[number];
  /** Your client id, a GUID in lower case. */
  readonly clientId: string;
  /** How tests ask for it; default: its kind, of the second one `spa-2`. */
  readonly name?: string;
  /** As they are registered, under the platform of the kind. */
  readonly redirectUris?: readonly string[];
  /** Delegated permissions, all consented: `User.Read` of Graph, `api://orders/Orders.Read` of any other. Default: `User.Read`. */
  readonly scopes?: readonly string[];
  /** Application permissions, written like scopes. */
  readonly roles?: readonly string[];
  /** Of a web app, a daemon or an API; default `fixture-secret-of-` and its name. */
  readonly secret?: string;
  readonly multiTenant?: true;
}

/** A member of the tenant. */
export interface UserSketch {
  /** `adele`, or whole: `adele@example.com`. */
  readonly upn: string;
  /** Default `fixture-password-of-` and the first part of the UPN. */
  readonly password?: string;
  /** Object id; default: a hash of the UPN. */
  readonly id?: string;
  /** Display name. */
  readonly name?: string;
}

/** An API that tokens are asked for. */
export interface ResourceSketch {
  /** Such as `api://orders`. */
  readonly identifierUri: string;
  readonly scopes?: readonly string[];
  /** Hosts at which the simulator answers in its place, under `contoso.example`. Default: none, the API is yours. */
  readonly hosts?: readonly string[];
  /** Client id of the API, the `aud` of its tokens; default: the one in the URI, else a hash of it. */
  readonly appId?: string;
  /** Whether it takes part in continuous access evaluation; default: no. */
  readonly cae?: boolean;
}

/** Throws `bad-world` with the path of the wrong field. */
export function checkSketch(sketch: WorldSketch): void {
  refusingThere("bad-world", () => sketchShape(sketch, "createWorld"));
}

/** A scope as it is registered: with its resource, and no stand-in. */
const permission: Check = (value, path) => {
  name(value, path);
  if (!String(value).endsWith("/.default") && value !== ".default") return;
  refuse(
    path,
    `is ${show(value)}, which stands for all that is consented`,
    "Name the permissions.",
  );
};

const address: Check = (value, path) => {
  if (typeof value === "string" && URL.canParse(value)) return;
  refuse(
    path,
    `is ${show(value)}; it must be a whole address`,
    'Write it as it is registered, such as "http://localhost:5173/redirect".',
  );
};

const app = object({
  kind: oneOf(registeredKinds),
  clientId: guid,
  name: optional(name),
  redirectUris: optional(anyListOf(address)),
  scopes: optional(anyListOf(permission)),
  roles: optional(anyListOf(permission)),
  secret: optional(name),
  multiTenant: mark,
} satisfies FieldsOf<AppSketch>);

/** Whoever signs people in must know where to send them back. */
const appInOrder: Check = (value, path) => {
  app(value, path);
  const { kind, redirectUris = [], secret } = value as AppSketch;
  if ((kind === "spa" || kind === "web") && redirectUris.length === 0) {
    const hint = `A ${kind} app has at least one: the redirectUri of your code, as a whole address.`;
    refuse(`${path}.redirectUris`, "is missing", hint);
  }
  if ((kind === "spa" || kind === "native") && secret !== undefined)
    refuse(`${path}.secret`, `is there, and a ${kind} app can keep none`);
};

const user = object({
  upn: name,
  password: optional(name),
  id: optional(guid),
  name: optional(name),
} satisfies FieldsOf<UserSketch>);

const sketchShape = object({
  tenant: guid,
  domain: optional(name),
  apps: listOf(appInOrder),
  users: optional(listOf((value, path) => (typeof value === "string" ? name : user)(value, path))),
  resources: optional(
    anyListOf(
      object({
        identifierUri: name,
        scopes: optional(anyListOf(name)),
        hosts: optional(anyListOf(name)),
        appId: optional(guid),
        cae: optional(flag),
      } satisfies FieldsOf<ResourceSketch>),
    ),
  ),
  settings: optional((value, path) => {
    if (typeof value !== "object" || value === null)
      refuse(path, `is ${show(value)}; it must be an object`);
    checkSettingNames(value, path);
  }),
} satisfies FieldsOf<WorldSketch>);
