/**
 * SAML by the backup: a sign-in that starts at Entra gets a new assertion, signed with the
 * app's own key, as long as the browser's session is known. With a request of the service
 * provider it is another flow, which no text protects: the client gets the primary's failure.
 */
import type { Clock } from "../../core/time/clock.ts";
import type { Directory } from "../directory/directory.ts";
import type { ServiceSettings } from "../directory/service-settings.ts";
import type { SamlRegistration } from "../directory/world.ts";
import type { EntraRequest } from "../request/endpoint.ts";
import type { Random } from "../../core/random.ts";
import { audienceOf, signedResponse, validityFrom } from "../saml/saml-response.ts";
import { formPage } from "./posted-form.ts";
import type { ObservedSamlSession } from "./saml-sessions.ts";
import type { BrowserSessionStore } from "./sessions-by-cookie.ts";
import { isNamed, type IsServed } from "./id-token-sign-in.ts";

export interface SamlSignInParts {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly settings: ServiceSettings;
  readonly sessions: BrowserSessionStore<ObservedSamlSession>;
  /** Draws the ids of responses and assertions. */
  readonly ids: Random;
  readonly isServed: IsServed;
}

/** The answer of `/saml2`; `undefined` when the backup has none. */
export function signInBySaml(
  parts: SamlSignInParts,
  request: Request,
  described: EntraRequest,
): Response | undefined {
  const { directory, sessions, isServed } = parts;
  const { app: clientId = "", parameters } = described;
  const isLaunch = /\/launch\/?$/i.test(new URL(request.url).pathname);
  if (request.method !== "GET" || !isLaunch) return undefined;
  const session = sessions.of(request, clientId);
  const saml = directory.appAnywhere(clientId)?.saml;
  if (session === undefined || saml === undefined) return undefined;
  if (!isNamed(directory, session, parameters["login_hint"])) return undefined;
  const wanted = { flow: "saml-idp-initiated", interactive: false, scopes: [] } as const;
  if (!isServed(wanted, described, session)) return undefined;
  const relayState = parameters["RelayState"] ?? saml.relayState;
  return formPage(saml.replyUrls[0] ?? "", {
    SAMLResponse: Buffer.from(renewed(parts, session, saml)).toString("base64"),
    ...(relayState === undefined ? {} : { RelayState: relayState }),
  });
}

/** The last response of the primary with new ids and times. */
function renewed(
  { clock, settings, ids }: SamlSignInParts,
  { pattern }: ObservedSamlSession,
  saml: SamlRegistration,
): string {
  const { issuer, subject } = pattern;
  const [destination = ""] = saml.replyUrls;
  return signedResponse(
    { responseId: `_${ids.uuid()}`, issuer, destination, issuedAtMs: clock.now() },
    {
      assertionId: `_${ids.uuid()}`,
      audience: audienceOf(saml.identifiers[0] ?? ""),
      subject,
      ...validityFrom(clock.now(), {
        backdatedMinutes: settings.samlBackdatedMinutes,
        lifetimeMinutes: settings.samlLifetimeMinutes,
        confirmationMinutes: settings.samlConfirmationMinutes,
      }),
    },
    { sign: saml.sign, by: saml },
  );
}
