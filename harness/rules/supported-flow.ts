/**
 * Rule `supported-flow`: the backup system does not serve some sign-in flows, and some need a
 * person or another service. An application that is to survive an outage does not use them.
 * Authorization codes of single-page and web applications are allowed: the backup system does not
 * serve them either (`docs/backup.md`), but there is no alternative flow.
 */
import type { History } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import { counted, every } from "./model/messages.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { exchangesOf, type Exchange } from "./model/exchanges.ts";
import { grantOf } from "./model/exchange-outcomes.ts";
import { outageSpansOf } from "./model/fault-windows.ts";

/** Judges `supported-flow`. */
export const supportedFlow: Rule = {
  id: "supported-flow",
  says: "No password grant, device code or UserInfo, and no consent prompt in an outage.",
  source:
    "Microsoft Entra, Application support for the backup authentication system, OAuth 2.0 and OpenID Connect (https://learn.microsoft.com/entra/architecture/backup-authentication-system-apps); prompts: Increase the resilience of client applications (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
  fix: "Sign users in by authorization code and refresh silently, read claims from the id token, and ask for fixed scopes whose consent is given in advance.",
  excuses: [
    { id: "code", says: "An authorization code, for which there is no alternative." },
    { id: "consent-while-healthy", says: "A consent prompt while no fault is active." },
  ],
  judge,
};

function judge(history: History): Judgement {
  const outages = outageSpansOf(history);
  const inOutage = (atMs: number): boolean =>
    outages.some(({ from, to }) => from <= atMs && atMs <= to);
  const flows = exchangesOf(history).filter(isFlow);
  if (flows.length === 0) return inconclusive("No sign-in, token or UserInfo request was seen.");
  const named = flows.flatMap((exchange) => {
    const name = unsupportedName(exchange, inOutage);
    return name === undefined ? [] : [{ name, began: exchange.began, client: exchange.client }];
  });
  const [first] = named;
  const evidence = named.map(({ began }) => began);
  if (first === undefined) {
    return passes(
      `${every(flows.length, "request")} did without a password, a device code and UserInfo, and without asking for consent in an outage. Rule backup-flow says which flows the backup system serves.`,
      flows.map(({ began }) => began),
    );
  }
  const counts = [...Map.groupBy(named, ({ name }) => name)].map(
    ([name, requests]) => `${name} (${requests.length} of ${counted(flows.length, "request")})`,
  );
  return fails(`${first.client} used ${counts.join(", ")}.`, evidence);
}

function isFlow({ began }: Exchange): boolean {
  return (
    began.endpoint === "token" ||
    began.endpoint === "authorize" ||
    began.endpoint === "device-code" ||
    began.endpoint === "userinfo"
  );
}

function unsupportedName(
  exchange: Exchange,
  inOutage: (atMs: number) => boolean,
): string | undefined {
  const { began } = exchange;
  const grant = grantOf(exchange);
  if (grant === "password") return "the password grant";
  if (began.endpoint === "device-code" || grant === "device_code") return "the device code flow";
  if (began.endpoint === "userinfo") return "the UserInfo endpoint";
  const asksConsent = began.endpoint === "authorize" && promptsOf(began).includes("consent");
  return asksConsent && inOutage(began.at) ? "a consent prompt in an outage" : undefined;
}

/** The values of the parameter `prompt`, a list with spaces (OpenID Connect Core, section 3.1.2.1). */
function promptsOf({ url, form }: Exchange["began"]): readonly string[] {
  const prompt = form?.["prompt"] ?? URL.parse(url)?.searchParams.get("prompt") ?? "";
  return prompt.toLowerCase().split(/\s+/);
}
