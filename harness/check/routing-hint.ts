/**
 * Rule `routing-hint`: a request for a user says whose it is, so that the gateway finds the
 * user's session in the backup system without looking for it. Refresh grants always know
 * their user; a code may be redeemed before anybody does, and an app has no user at all.
 */
import type { History } from "../history/event.ts";
import { andMore, fails, unseen, passes } from "./judgement.ts";
import { counted } from "./reading-operations.ts";
import { exchangesOf, type Exchange } from "./reading.ts";
import type { Judgement, Rule } from "./rule.ts";

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
    (request) => hintOf(request) !== undefined || isRefresh(request),
  );
  if (requests.length === 0) return unseen("No refresh request and no routing hint was seen.");
  const breaches = requests.flatMap((request): Breach[] => {
    const why = whyWrong(request);
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

/** Exactly one of the two forms. */
interface Hint {
  readonly oid?: string;
  readonly tid?: string;
  readonly upn?: string;
}

function whyWrong(request: Exchange): string | undefined {
  const raw = hintOf(request);
  if (raw === undefined) return "without a routing hint";
  const hint = parseHint(raw);
  if (hint === undefined) return `with the malformed routing hint "${raw}"`;
  const user = request.operation?.user ?? request.ended?.issued?.user;
  return user === undefined || names(hint, user)
    ? undefined
    : `for ${user} with a routing hint to someone else, "${raw}"`;
}

/** The hint as sent: header, form field or query parameter, in any case (`facts/entra.md` D.7). */
function hintOf({ began }: Exchange): string | undefined {
  const fields = [...began.headers, ...Object.entries(began.form ?? {})];
  const [, value] = fields.find(([name]) => name.toLowerCase() === "x-anchormailbox") ?? [];
  if (value !== undefined) return value;
  const [, inQuery] = /[?&]x-anchormailbox=([^&#]*)/i.exec(began.url) ?? [];
  return inQuery === undefined ? undefined : decoded(inQuery);
}

/** Journals keep queries as text, HARs as they were encoded. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

const GUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const OID_FORM = new RegExp(`^\\s*oid:\\s*(${GUID})@(${GUID})\\s*$`, "i");
const UPN_FORM = /^\s*upn:\s*([^\s@]+@[^\s@]+)\s*$/i;

function parseHint(raw: string): Hint | undefined {
  const [, oid, tid] = OID_FORM.exec(raw) ?? [];
  if (oid !== undefined && tid !== undefined) return { oid, tid };
  const [, upn] = UPN_FORM.exec(raw) ?? [];
  return upn === undefined ? undefined : { upn };
}

/** Nothing in a history ties a UPN to an object id, so a well-formed UPN is taken at its word. */
function names({ oid, tid, upn }: Hint, homeAccountId: string): boolean {
  return upn !== undefined || `${oid}.${tid}`.toLowerCase() === homeAccountId.toLowerCase();
}
