/** Hints for refused sign-ins: most often the tenant, the client id or the redirect URI is not in the world. */
import { isGuid, isOpenidScope } from "../../entra/directory/identifiers.ts";
import type { AppRegistration, Tenant, World } from "../../entra/directory/world.ts";
import type { Refusal } from "./refusals.ts";

const SHOWN_MAX = 6;

/** What the world has instead of what was asked for; empty for codes whose sentence says enough. */
export function worldHint(world: World, refusal: Refusal): string {
  const tenant = tenantOf(world, refusal.tenant);
  const app = appOf(world, refusal.app);
  if (refusal.saml === true && [700016, 50011].includes(refusal.code)) return samlHint(world);
  switch (refusal.code) {
    case 90002:
      return `The world has the tenants ${list(world.tenants.map(nameOfTenant))}.`;
    case 700016: {
      const apps = tenant?.apps ?? world.tenants.flatMap((one) => one.apps);
      return `The world has the client ids ${list(inOrder(apps).map(nameOfApp))}.`;
    }
    case 50011:
      return app === undefined
        ? ""
        : `${app.name} has the redirect URIs ${list(app.redirectUris.map(({ type, uri }) => `${uri} (${type})`))}. The path must be the same; on localhost any port will do.`;
    case 9002326:
      return `${refusal.redirectUri ?? "The redirect URI"} is registered as "${typeOf(app, refusal)}"; a page needs it as "spa".`;
    case 65001:
      return app === undefined ? "" : `${app.name} has consent for ${list(app.delegated)}.`;
    case 500011:
      return `The world has the resources ${list(world.resources.map((one) => one.identifierUri))}.`;
    case 70011:
    case 650053:
      return `The world has the scopes ${list(
        world.resources.flatMap(({ identifierUri, scopes }) =>
          scopes.map((scope) => `${identifierUri}/${scope}`),
        ),
      )}.`;
    default:
      return "";
  }
}

/** The call of `createWorld` that has what the refused request asked for. An app of the world is of its kind, another one as its request looks. */
export function worldLine(world: World, refusal: Refusal): string {
  const { tenant = "", app, redirectUri, scope = "", isOfPageApp, saml } = refusal;
  const kind = appOf(world, app)?.kind ?? (isOfPageApp ? "spa" : "web");
  const isDomain = tenant.includes(".");
  const scopes = scope.split(/\s+/).filter((word) => word !== "" && !isOpenidScope(word));
  const fields = [
    `kind: "${kind}"`,
    `clientId: ${JSON.stringify(app ?? "YOUR-CLIENT-ID")}`,
    ...(saml === true ? ["saml: { identifiers: […], replyUrls: […] }"] : []),
    ...(redirectUri === undefined ? [] : [`redirectUris: ${JSON.stringify([redirectUri])}`]),
    ...(scopes.length === 0 || scopes.some((word) => word.endsWith("/.default"))
      ? []
      : [`scopes: ${JSON.stringify(scopes)}`]),
  ];
  const domain = isDomain ? `, domain: ${JSON.stringify(tenant)}` : "";
  return `createWorld({ tenant: ${JSON.stringify(isGuid(tenant) ? tenant.toLowerCase() : "YOUR-TENANT-ID")}${domain}, apps: [{ ${fields.join(", ")} }] })`;
}

/** The names and addresses of SAML are not those of OAuth. */
function samlHint({ tenants }: World): string {
  const found = tenants.flatMap(({ apps }) =>
    apps.flatMap(({ name, saml }) =>
      saml === undefined
        ? []
        : [
            `${name} with the identifiers ${saml.identifiers.join(", ")} and the reply URLs ${saml.replyUrls.join(", ")}`,
          ],
    ),
  );
  return `The world has the SAML apps ${list(found)}.`;
}

function tenantOf({ tenants }: World, segment: string | undefined): Tenant | undefined {
  const wanted = segment?.toLowerCase() ?? "";
  return tenants.find(({ id, domains }) => id === wanted || domains.includes(wanted));
}

function appOf({ tenants }: World, clientId: string | undefined): AppRegistration | undefined {
  return tenants.flatMap(({ apps }) => apps).find((app) => app.clientId === clientId);
}

function typeOf(app: AppRegistration | undefined, { redirectUri = "" }: Refusal): string {
  const path = URL.parse(redirectUri)?.pathname;
  const found =
    app?.redirectUris.find(({ uri }) => uri === redirectUri) ??
    app?.redirectUris.find(({ uri }) => URL.parse(uri)?.pathname === path);
  return found?.type ?? "web";
}

/** Single-page apps first: they are asked for most often. */
function inOrder(apps: readonly AppRegistration[]): readonly AppRegistration[] {
  return apps.toSorted((one, other) => Number(other.kind === "spa") - Number(one.kind === "spa"));
}

function nameOfTenant({ id, name, domains }: Tenant): string {
  return `${id} (${[name, ...domains].join(", ")})`;
}

function nameOfApp({ clientId, name, kind }: AppRegistration): string {
  return `${clientId} (${name === kind ? kind : `${name}, ${kind}`})`;
}

function list(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const left = names.length - SHOWN_MAX;
  return `${names.slice(0, SHOWN_MAX).join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
}
