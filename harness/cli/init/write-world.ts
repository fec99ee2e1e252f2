/** The text of the world file: the app's registration, and the variables that the app reads. */
import type { SamlFields } from "./client-fields.ts";
import type { DetectedApp } from "./detect.ts";
import type { Registration } from "./registration.ts";
import { code, indentedBlock, literal } from "../../core/source-literal.ts";
import { importing, localImport, memberText } from "./source-text.ts";

/** `world.ts` or `world.js`: what the simulator knows of the app. */
export function worldText(app: DetectedApp): string {
  const { kind, registration, environment, style } = app;
  const isIdentity = kind === "managed-identity";
  const { saml } = registration;
  const named = isIdentity
    ? ["contoso"]
    : [
        ...(hasOwnPair(app) ? ["clientCertificate"] : []),
        "createWorld",
        ...(saml === undefined ? [] : ["samlSettings"]),
      ];
  const head = [
    ...(saml?.isCertificateFile === true
      ? [
          importing(app, ["mkdtempSync", "writeFileSync"], "node:fs"),
          importing(app, ["tmpdir"], "node:os"),
          importing(app, ["join"], "node:path"),
        ]
      : []),
    importing(app, named, "brownout"),
  ];
  const variables = kind === "page" ? {} : { ...environment, ...certificateVariables(app) };
  const start = style.modules === "esm" ? "export const world =" : "const world =";
  return [
    `/** What the simulated Entra knows of the app, as ${app.client.path.replaceAll("*/", "*\\/")} registers it: docs/guide/worlds.md of brownout. */`,
    ...head,
    "",
    ...(hasOwnPair(app)
      ? [
          "// Worthless, as its private key is published with brownout.",
          "const certificate = clientCertificate();",
          "",
        ]
      : []),
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
    ...(saml === undefined ? [] : ["", ...idpCertificate(saml)]),
    ...(style.modules === "esm" ? [] : ["", "module.exports = { world };"]),
    "",
  ].join("\n");
}

/** Sets the variable from which the app takes Entra's certificate, or the path of its file. */
function idpCertificate({ certificateVariable, isCertificateFile }: SamlFields): readonly string[] {
  const about = "// The certificate with which the simulated Entra signs.";
  const variable = memberText("process.env", certificateVariable);
  if (!isCertificateFile) return [about, `${variable} = samlSettings(world).idpCert;`];
  return [
    about,
    `${variable} = join(mkdtempSync(join(tmpdir(), "brownout-")), "entra.pem");`,
    `writeFileSync(${variable}, samlSettings(world).idpCert);`,
  ];
}

/** Whether the tests give the app a certificate, as it takes it from the environment. */
function hasOwnPair({ certificate, registered }: DetectedApp): boolean {
  return (
    registered === undefined && certificate !== undefined && certificate.thumbprint === undefined
  );
}

function certificateVariables(app: DetectedApp): Readonly<Record<string, unknown>> {
  if (!hasOwnPair(app)) return {};
  const { variables = {}, encoded = [] } = app.certificate ?? {};
  return Object.fromEntries(
    Object.entries(variables).map(([name, part]) => {
      const text = `certificate.${part}`;
      return [name, code(encoded.includes(name) ? `btoa(${text})` : text)];
    }),
  );
}

/** How a test imports the world. */
export function worldImport(app: DetectedApp): string {
  return localImport(app, ["world"], "./world");
}

const sketchKinds = {
  page: "spa",
  web: "web",
  next: "web",
  saml: "web",
  native: "native",
  job: "daemon",
  "managed-identity": "daemon",
} as const;

function sketchOf(app: DetectedApp): unknown {
  const { kind, registration, certificate } = app;
  const { tenant, domain, clientId, redirectUris, scopes, apis, isMultiTenant, saml } =
    registration;
  const isWeb = kind === "web" || kind === "next" || kind === "saml";
  const ownApp = {
    kind: sketchKinds[kind],
    clientId,
    ...(saml === undefined
      ? {}
      : { saml: { identifiers: [saml.entityId], replyUrls: redirectUris } }),
    ...(redirectUris.length === 0 || saml !== undefined ? {} : { redirectUris }),
    ...(scopes.length === 0 ? {} : { scopes }),
    ...(certificate === undefined
      ? {}
      : { certificates: [certificate.thumbprint ?? code("certificate.certificate")] }),
    ...(isMultiTenant ? { multiTenant: true } : {}),
  };
  return {
    tenant,
    ...(domain === undefined ? {} : { domain }),
    apps: [app.registered ?? ownApp],
    ...(isWeb ? { users: ["adele", "megan"] } : {}),
    ...(apis.length === 0
      ? {}
      : {
          resources: apis.map(({ identifierUri, hosts }) => ({
            identifierUri,
            ...(hosts.length === 0 ? {} : { hosts }),
          })),
        }),
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
