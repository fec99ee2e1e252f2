/**
 * Collects the sign-in requests that the service has refused, with its full sentences. A
 * journal has only the codes; a test that waits for a sign-in reports what a person would read
 * on the error page, or in the address of the page.
 */
import { faultsOf } from "../../faults/layer.ts";
import { describeRequest, type EntraRequest } from "../../entra/request/endpoint.ts";
import { textOfResponse } from "../../core/http/message.ts";
import type { Service } from "../../core/http/service.ts";
import { unescapeHtml } from "../../clients/html-form.ts";

/** A request that the service itself has refused, rather than a fault or the network. */
export interface Refusal {
  /** The number after AADSTS. */
  readonly code: number;
  /** The whole sentence from `AADSTS` on, without the ids of the request. */
  readonly text: string;
  /** Tenant, client id and redirect URI, as far as the request or the sign-in before it named them. */
  readonly tenant?: string;
  readonly app?: string;
  readonly redirectUri?: string;
  /** The scopes that were asked for. */
  readonly scope?: string;
  /** Whether it came from a page of a single-page app, as far as the request shows it. */
  readonly isOfPageApp: boolean;
  /** Whether a person read it on a page of the service, rather than the app. */
  readonly isPage: boolean;
  /** The app signs its users in by SAML. */
  readonly saml?: true;
}

export interface Refusals {
  readonly around: (service: Service) => Service;
  /** All so far, of requests on which a sign-in depends. */
  readonly all: () => readonly Refusal[];
}

/** Creates the collection, with none in it. */
export function createRefusals(): Refusals {
  const all: Refusal[] = [];
  let asked: EntraRequest | undefined;

  const read = async (request: Request, response: Response): Promise<void> => {
    const described = await describeRequest(request);
    const { endpoint, grant, parameters } = described;
    const isSilent = parameters["prompt"] === "none";
    if (endpoint === "authorize" && parameters["client_id"] !== undefined) asked = described;
    const isOfSignIn =
      endpoint === "authorize" ||
      endpoint === "saml" ||
      endpoint === "device-code" ||
      endpoint === "openid-configuration" ||
      (endpoint === "token" && grant === "authorization_code");
    if (!isOfSignIn || faultsOf(request).length > 0) return;
    const said = await sentenceOf(response);
    const refused = refusalIn(said);
    // A hidden frame that needs interaction is an everyday answer to the application.
    if (refused === undefined || (isSilent && said.isForApp)) return;
    const of = { ...asked?.parameters, ...parameters };
    const tenant = described.tenant ?? asked?.tenant;
    all.push({
      ...refused,
      ...(tenant === undefined ? {} : { tenant }),
      ...(of["client_id"] === undefined ? {} : { app: of["client_id"] }),
      ...(of["redirect_uri"] === undefined ? {} : { redirectUri: of["redirect_uri"] }),
      ...(of["scope"] === undefined ? {} : { scope: of["scope"] }),
      isOfPageApp: of["response_mode"] === "fragment" || /browser|angular|react/i.test(skuOf(of)),
      isPage: endpoint === "authorize" && !said.isForApp,
      ...(endpoint === "saml" ? { saml: true as const } : {}),
    });
  };

  return {
    around: (service) => ({
      connect: (attempt) => service.connect(attempt),
      async handle(request) {
        const response = await service.handle(request);
        await read(request, response);
        return response;
      },
    }),
    all: () => all,
  };
}

/** The sentence with which an answer refuses, as `Refusal.text` has it; undefined for any other answer. */
export async function refusalTextOf(response: Response): Promise<string | undefined> {
  return refusalIn(await sentenceOf(response))?.text;
}

function refusalIn({ text }: Said): Pick<Refusal, "code" | "text"> | undefined {
  const [sentence = "", code] = /AADSTS(\d+)[^]*/.exec(text) ?? [];
  return code === undefined ? undefined : { code: Number(code), text: withoutRequestIds(sentence) };
}

/** What Entra says, without the ids of the request and the time. */
export function withoutRequestIds(text: string): string {
  return text.replace(/\s*Trace ID:[^]*$/, "").trim();
}

/** The library that asks, as MSAL names itself. */
function skuOf(parameters: Readonly<Record<string, string>>): string {
  return parameters["x-client-SKU"] ?? parameters["x-client-sku"] ?? "";
}

interface Said {
  readonly text: string;
  /** Whether the application gets it, rather than the person. */
  readonly isForApp: boolean;
}

/** The part of a sign-in endpoint's answer that says what was wrong; empty when nothing was. */
async function sentenceOf(response: Response): Promise<Said> {
  const location = URL.parse(response.headers.get("location") ?? "");
  if (location !== null) {
    const places = [new URLSearchParams(location.hash.slice(1)), location.searchParams];
    const [said] = places.flatMap((fields) => fields.get("error_description") ?? []);
    return { text: said ?? "", isForApp: true };
  }
  const body = await textOfResponse(response);
  if ((response.headers.get("content-type") ?? "").includes("html")) {
    const [, posted] = /name="error_description"[^>]* value="([^"]*)"/.exec(body) ?? [];
    const [, title] = /<title>([^<]*)<\/title>/i.exec(body) ?? [];
    return { text: unescapeHtml(posted ?? title ?? ""), isForApp: posted !== undefined };
  }
  const [, description] = /"error_description":("(?:[^"\\]|\\.)*")/.exec(body) ?? [];
  return {
    text: description === undefined ? "" : (JSON.parse(description) as string),
    isForApp: true,
  };
}
