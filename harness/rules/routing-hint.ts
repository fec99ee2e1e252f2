/**
 * Rule `routing-hint`: a request for a user says whose it is, so that the gateway finds the
 * user's session in the backup system without looking for it. Refresh grants always know
 * their user; a code may be redeemed before anybody does, and an app has no user at all.
 */
import type { History } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import { andMore, counted } from "./model/messages.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { exchangesOf, type Exchange } from "./model/exchanges.ts";

/** Judges `routing-hint`. */
export const routingHint: Rule = {
  id: "routing-hint",
  says: "Refresh requests carry a well-formed X-AnchorMailbox, and any such hint names the user whose request it is.",
  source:
    "Backup authentication system, routing hints (https://learn.microsoft.com/entra/msal/dotnet/advanced/backup-authentication-system); forms: AzureAD/microsoft-authentication-library-for-dotnet#2525",
  fix: "Use MSAL's silent call with the account, or pass the hint (ccsCredential, WithCcsRoutingHint) with a code or a refresh token of your own.",
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
    const why = whyWrong(request, owners);
    return why === undefined ? [] : [{ request, why }];
  });
  const [first] = breaches;
  const seen = requests.map(({ began }) => began);
  return first === undefined
    ? passes(`${counted(requests.length, "request")} with a well-formed hint to their user.`, seen)
    : fails(
        `${first.request.client} sent a ${first.request.began.grant ?? first.request.began.endpoint} request ${first.why}${andMore(breaches)}.`,
        breaches.map(({ request }) => request.began),
      );
}

/** The request itself and not its operation: a connection that failed had no place for a hint. */
function isRefresh({ began }: Exchange): boolean {
  return began.endpoint === "token" && began.grant === "refresh_token";
}

function whyWrong(request: Exchange, owners: Owners): string | undefined {
  const hints = hintsOf(request);
  if (hints.length === 0) return "without a routing hint";
  for (const raw of hints) {
    const hint = parseHint(raw);
    if (hint === undefined) return `with the malformed routing hint "${raw}"`;
    const user = request.operation?.user ?? request.ended?.issued?.user;
    if (!isFor(hint, { request, user, owners })) {
      return `for ${user ?? signInNameOf(request) ?? "a user"} with a routing hint to someone else, "${raw}"`;
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
// A plus sign is how a form writes a space.
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

/** Whose sign-in name each is, as far as the history shows it: home account ids by UPN, lower case. */
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

/** The UPN under which a request lets somebody sign in. */
function signInNameOf({ began }: Exchange): string | undefined {
  const fields = [...Object.entries(began.form ?? {}), ...queryOf(began.url)];
  return fields.find(([name]) => name === "login_hint" || name === "username")?.[1].toLowerCase();
}

/** A UPN of which the history shows no owner is taken at its word. */
function isFor(
  hint: Hint,
  told: { readonly request: Exchange; readonly user: string | undefined; readonly owners: Owners },
): boolean {
  const user = told.user?.toLowerCase();
  if ("homeAccountId" in hint) return user === undefined || hint.homeAccountId === user;
  const name = signInNameOf(told.request);
  if (name !== undefined && name.includes("@") && name !== hint.upn) return false;
  const owners = told.owners.get(hint.upn);
  return user === undefined || owners === undefined || owners.has(user);
}
