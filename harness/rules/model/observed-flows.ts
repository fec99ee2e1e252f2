/**
 * Which flows of the backup system's table a history shows, read from its requests, because what
 * a scenario says about its application can be wrong.
 */
import type { ExchangeBegan, History } from "../../history/event.ts";
import { exchangesOf, type Exchange } from "./exchanges.ts";
import { grantOf } from "./exchange-outcomes.ts";

/** The flows, by their names in the table, in order of appearance. */
export function observedFlows(history: History): readonly string[] {
  const flows = exchangesOf(history).map(flowOf);
  return [...new Set(flows)].filter((flow) => flow !== undefined);
}

function flowOf(exchange: Exchange): string | undefined {
  const { began } = exchange;
  switch (began.endpoint) {
    case "token":
      return tokenFlowOf(exchange);
    case "device-code":
      return "device-code";
    case "userinfo":
      return "userinfo";
    case "managed-identity":
      return "managed-identity";
    case "saml":
      return fieldOf(began, "SAMLRequest") === undefined
        ? "saml-idp-initiated"
        : "saml-sp-initiated";
    case "authorize":
      if (fieldOf(began, "response_type") !== "id_token") return undefined;
      return fieldOf(began, "response_mode") === "form_post"
        ? "web-id-token"
        : "spa-implicit-id-token";
    default:
      return undefined;
  }
}

function tokenFlowOf(exchange: Exchange): string | undefined {
  const { began } = exchange;
  switch (grantOf(exchange)) {
    case "client_credentials":
      return "client-credentials";
    case "password":
      return "password";
    case "on_behalf_of":
      return "on-behalf-of";
    case "device_code":
      return "device-code";
    case "authorization_code":
    case "refresh_token":
      if (authenticatesClient(began)) return "web-code";
      return headerOf(began, "origin") === undefined ? "native-refresh" : "spa-code";
    default:
      return undefined;
  }
}

function authenticatesClient(began: ExchangeBegan): boolean {
  const { form = {} } = began;
  return (
    form["client_secret"] !== undefined ||
    form["client_assertion"] !== undefined ||
    /^basic\b/i.test(headerOf(began, "authorization") ?? "")
  );
}

function headerOf({ headers }: ExchangeBegan, name: string): string | undefined {
  return headers.find(([header]) => header.toLowerCase() === name)?.[1];
}

/** A field of the form, or of the query; a journal keeps queries as text. */
function fieldOf({ form, url }: ExchangeBegan, name: string): string | undefined {
  return form?.[name] ?? new RegExp(`[?&]${name}=([^&#]*)`).exec(url)?.[1];
}
