/**
 * Rule `routing-hint`: a request for a user names the user in a header, so that the gateway finds
 * the session in the backup system without a search. The user of a refresh grant is always known;
 * a code may be redeemed before the user is known, and an app has no user.
 */
import type { History } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import { andMore, counted } from "./model/messages.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { exchangesOf, type Exchange } from "./model/exchanges.ts";

/** Judges `routing-hint`. */
export const routingHint: Rule = {
  id: "routing-hint",
  says: "Refresh requests carry a well-formed X-AnchorMailbox, and every such hint names the user of the request.",
  source:
    "Backup authentication system, routing hints (https://learn.microsoft.com/entra/msal/dotnet/advanced/backup-authentication-system); forms: AzureAD/microsoft-authentication-library-for-dotnet#2525",
  fix: "Use MSAL's silent call with the account, or pass the hint (ccsCredential, WithCcsRoutingHint) when you redeem a code or a refresh token yourself.",
  excuses: [
    { id: "not-a-refresh", says: "A request without a refresh token may go without a hint." },
    { id: "never-sent", says: "The connection failed before the request was sent." },
    {
      id: "unknown-user",
      says: "The hint has an object id, and neither the call nor the answer names the user.",
    },
    { id: "unknown-name", says: "The hint has a user name whose owner the run does not show." },
    {
      id: "spelling",
      says: "The hint is in other letters, quoted or with spaces, or in the form or the query.",
    },
  ],
  judge,
};

interface Breach {
  readonly request: Exchange;
  readonly why: string;
}

function judge(history: History): Judgement {
  const requests = exchangesOf(history).filter(
    (request) => hintsOf(request).length > 0 || isRefresh(request),
  );
  if (requests.length === 0)
    return inconclusive("No refresh request and no routing hint was seen.");
  const owners = ownersOfNames(history);
  const breaches = requests.flatMap((request): Breach[] => {
    const why = reasonOfBreach(request, owners);
    return why === undefined ? [] : [{ request, why }];
  });
  const [first] = breaches;
  const seen = requests.map(({ began }) => began);
  return first === undefined
    ? passes(
        `${counted(requests.length, "request")} with a well-formed hint that names their user.`,
        seen,
      )
    : fails(
        `${first.request.client} sent ${describeRequest(first.request)} ${first.why}${andMore(breaches)}.`,
        breaches.map(({ request }) => request.began),
      );
}

function describeRequest({ began: { grant, endpoint } }: Exchange): string {
  return grant === undefined ? `a request to ${endpoint}` : `a token request (${grant})`;
}

/** Whether a request redeems a refresh token; a connection that failed carries no hint. */
function isRefresh({ began }: Exchange): boolean {
  return began.endpoint === "token" && began.grant === "refresh_token";
}

function reasonOfBreach(request: Exchange, owners: Owners): string | undefined {
  const hints = hintsOf(request);
  if (hints.length === 0) return "without a routing hint";
  for (const raw of hints) {
    const hint = parseHint(raw);
    if (hint === undefined) return `with the malformed routing hint "${raw}"`;
    const user = request.operation?.user ?? request.ended?.issued?.user;
    if (!isFor(hint, { request, user, owners })) {
      return `for ${user ?? signInNameOf(request) ?? "a user"} with a routing hint that names another user, "${raw}"`;
    }
  }
  return undefined;
}

/** The hints as sent: header, form field and query parameter, in any case (`docs/sources.md#d7`). */
function hintsOf({ began }: Exchange): readonly string[] {
  const fields = [...began.headers, ...Object.entries(began.form ?? {}), ...queryOf(began.url)];
  return fields
    .filter(([name]) => name.toLowerCase() === "x-anchormailbox")
    .map(([, hint]) => hint);
}

/** The query as pairs: journals keep queries as text, HARs as they were encoded. */
function queryOf(url: string): readonly (readonly [string, string])[] {
  const [, query = ""] = /\?([^#]*)/.exec(url) ?? [];
  return query.split("&").map((pair) => {
    const [name = "", ...value] = pair.split("=");
    return [name, decoded(value.join("="))];
  });
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** Exactly one of the two forms. */
type Hint = { readonly homeAccountId: string } | { readonly upn: string };

const GUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const OID_FORM = new RegExp(`^oid:\\s*(${GUID})@(${GUID})$`, "i");
// A form encodes a space as a plus sign.
const UPN_FORM = /^upn:[\s+]*([^\s@"]+@[^\s@"]+)$/i;

function parseHint(raw: string): Hint | undefined {
  const [, quoted] = /^\s*"(.*)"\s*$/.exec(raw) ?? [];
  const hint = (quoted ?? raw).trim();
  const [, oid, tid] = OID_FORM.exec(hint) ?? [];
  if (oid !== undefined && tid !== undefined) {
    return { homeAccountId: `${oid}.${tid}`.toLowerCase() };
  }
  const [, upn] = UPN_FORM.exec(hint) ?? [];
  return upn === undefined ? undefined : { upn: upn.toLowerCase() };
}

/** Home account ids by UPN, lower case, as far as the history shows them. */
type Owners = ReadonlyMap<string, ReadonlySet<string>>;

function ownersOfNames(history: History): Owners {
  const owners = new Map<string, Set<string>>();
  for (const request of exchangesOf(history)) {
    const [name, user] = [signInNameOf(request), request.operation?.user?.toLowerCase()];
    if (name === undefined || user === undefined) continue;
    owners.set(name, (owners.get(name) ?? new Set()).add(user));
  }
  return owners;
}

/** The UPN that a request signs in. */
function signInNameOf({ began }: Exchange): string | undefined {
  const fields = [...Object.entries(began.form ?? {}), ...queryOf(began.url)];
  return fields.find(([name]) => name === "login_hint" || name === "username")?.[1].toLowerCase();
}

/** Whether a hint names the user; a UPN whose owner the history does not show is accepted. */
function isFor(
  hint: Hint,
  target: {
    readonly request: Exchange;
    readonly user: string | undefined;
    readonly owners: Owners;
  },
): boolean {
  const user = target.user?.toLowerCase();
  if ("homeAccountId" in hint) return user === undefined || hint.homeAccountId === user;
  const name = signInNameOf(target.request);
  if (name !== undefined && name.includes("@") && name !== hint.upn) return false;
  const owners = target.owners.get(hint.upn);
  return user === undefined || owners === undefined || owners.has(user);
}
