/** The text of the world file: the app's registration, and the variables that the app reads. */
import type { DetectedApp, Registration } from "./detect.ts";
import { importing, indentedBlock, literal, localImport, memberText } from "./source-text.ts";

/** `world.ts` or `world.js`: what the simulator knows of the app. */
export function worldText(app: DetectedApp): string {
  const { kind, registration, environment, style } = app;
  const isIdentity = kind === "managed-identity";
  const { saml } = registration;
  const named = isIdentity
    ? ["contoso"]
    : ["createWorld", ...(saml === undefined ? [] : ["samlSettings"])];
  const head = importing(app, named, "brownout");
  const variables = kind === "page" ? {} : environment;
  const start = style.modules === "esm" ? "export const world =" : "const world =";
  return [
    `/** What the simulated Entra knows of the app, as ${app.client.path.replaceAll("*/", "*\\/")} registers it: docs/guide/worlds.md of brownout. */`,
    head,
    "",
    ...(Object.keys(variables).length === 0
      ? []
      : [
          "// The app reads these when it is loaded, so this file comes first. The secret is that of the simulated app.",
          `Object.assign(process.env, ${literal(variables)});`,
          "",
        ]),
    isIdentity
      ? identityWorld(registration, start)
      : `${start} createWorld(${literal(sketchOf(app))});`,
    ...(saml === undefined
      ? []
      : [
          "",
          "// The certificate with which the simulated Entra signs.",
          `${memberText("process.env", saml.certificateVariable)} = samlSettings(world).idpCert;`,
        ]),
    ...(style.modules === "esm" ? [] : ["", "module.exports = { world };"]),
    "",
  ].join("\n");
}

/** How a test imports the world. */
export function worldImport(app: DetectedApp): string {
  return localImport(app, ["world"], "./world");
}

function sketchOf(app: DetectedApp): unknown {
  const { kind, registration } = app;
  const { tenant, domain, clientId, redirectUris, scopes, apis, isMultiTenant, saml } =
    registration;
  const isWeb = kind === "web" || kind === "saml";
  const ownApp = {
    kind: kind === "page" ? "spa" : isWeb ? "web" : "daemon",
    clientId,
    ...(saml === undefined
      ? {}
      : { saml: { identifiers: [saml.entityId], replyUrls: redirectUris } }),
    ...(redirectUris.length === 0 || saml !== undefined ? {} : { redirectUris }),
    ...(scopes.length === 0 ? {} : { scopes }),
    ...(isMultiTenant ? { multiTenant: true } : {}),
  };
  return {
    tenant,
    ...(domain === undefined ? {} : { domain }),
    apps: [app.registered ?? ownApp],
    ...(isWeb ? { users: ["adele", "megan"] } : {}),
    ...(apis.length === 0 ? {} : { resources: apis.map((identifierUri) => ({ identifierUri })) }),
  };
}

/** The machines of the fixture world share the identity `shop-identity`, which gets the client id that the app names. */
function identityWorld({ clientId, isClientIdKnown }: Registration, start: string): string {
  if (!isClientIdKnown) return `${start} contoso;`;
  return [
    `${start} {`,
    "  ...contoso,",
    "  tenants: contoso.tenants.map((tenant) => ({",
    "    ...tenant,",
    "    apps: tenant.apps.map((app) =>",
    `      app.name === "shop-identity" ? { ...app, clientId: ${indentedBlock(literal(clientId), 6)} } : app,`,
    "    ),",
    "  })),",
    "};",
  ].join("\n");
}
