/**
 * Small addresses of the login host beside the protocols: the Kerberos endpoint, the page behind `error_uri`, the question
 * which kind of account a name is, and the page at the root (`docs/sources.md#a1`).
 */
import { parseObject } from "../../core/http/json-object.ts";
import { textOfRequest } from "../../core/http/message.ts";
import { aadstsRowOrDefault, isKnownCode } from "../aadsts-errors/code-table.ts";
import { aadstsMessage } from "../aadsts-errors/error-envelope.ts";
import type { EstsContext } from "./context.ts";
import { EstsError } from "./ests-error.ts";
import type { EstsReply } from "./ests-reply.ts";
import { federationAddress, federationOf, federationServer } from "./federation.ts";
import { page } from "./html-pages.ts";

/** The reply of such an address; `undefined` for any other. */
export async function lookUpPage(context: EstsContext): Promise<EstsReply | undefined> {
  const { request } = context;
  const path = new URL(request.url).pathname.toLowerCase().replace(/\/$/, "");
  // Named in the metadata. That it refuses what brings no ticket, and how, is a guess.
  if (/^\/[^/]+\/kerberos$/.test(path))
    throw new EstsError(9002313, "There is no Kerberos ticket.");
  switch (path) {
    case "":
      // Signed in or not, the root leads to the portal of Microsoft 365.
      return { kind: "redirect", location: "https://www.office.com/login" };
    case "/error":
      return errorPage(context);
    case "/common/getcredentialtype":
      return request.method === "POST" ? credentialType(context) : undefined;
    default:
      return federationServer(context);
  }
}

function errorPage({ described }: EstsContext): EstsReply {
  const code = Number(described.parameters["code"]);
  const html = isKnownCode(code)
    ? page(`AADSTS${code}`, aadstsMessage(code, aadstsRowOrDefault(code, 400).text))
    : page(
        "Troubleshoot sign-in errors",
        "Enter an error code, such as 50058, in the address: /error?code=50058.",
      );
  return { kind: "page", status: 200, html };
}

/** What the sign-in page asks after the account name. `IfExistsResult` 0 is an account, 1 none. */
async function credentialType({ request, directory }: EstsContext): Promise<EstsReply> {
  const { username = "" } = parseObject(await textOfRequest(request)) ?? {};
  const name = typeof username === "string" ? username : "";
  const isKnown = directory.homeOf(name) !== undefined;
  const federation = federationOf({ directory }, name);
  return {
    kind: "discovery",
    body: {
      Username: name,
      Display: name,
      IfExistsResult: isKnown ? 0 : 1,
      IsUnmanaged: false,
      ThrottleStatus: 0,
      Credentials: {
        PrefCredential: 1,
        HasPassword: true,
        RemoteNgcParams: null,
        FidoParams: null,
        SasParams: null,
        ...(federation === undefined
          ? {}
          : { FederationRedirectUrl: federationAddress(federation, name) }),
      },
      EstsProperties: { UserTenantBranding: null, DomainType: federation ? 4 : isKnown ? 3 : 1 },
      IsSignupDisallowed: true,
    },
  };
}
