/** Whether a visit has signed the person in: Entra has sent them back, and the app has made something of it. */
import { claimsOf } from "../../../core/http/json-object.ts";
import type { World } from "../../../entra/directory/world.ts";
import type {
  ExchangeBegan,
  HistoryEvent,
  IssuedFacts,
  TokenFacts,
} from "../../../history/event.ts";
import { fingerprint } from "../../../history/redact.ts";
import { isServiceFailure } from "../../../rules/model/exchange-outcomes.ts";
import { type Refusal, withoutRequestIds } from "../refusals.ts";
import { isWebAddress, type VisitEnd } from "./browser-visit.ts";
import { notSignedIn, refusedBy, requestOf, stoppedAt } from "./not-signed-in.ts";

export interface OutcomeParts {
  readonly person: string;
  /** Home account id. */
  readonly account: string;
  readonly world: World;
  /** What has happened since the sign-in began. */
  readonly events: readonly HistoryEvent[];
  readonly isInOutage: boolean;
  /** The first refusal since then. */
  readonly refusal: Refusal | undefined;
}

/** The token behind a sign-in; throws `not-signed-in`. */
export function outcomeOf(end: VisitEnd, parts: OutcomeParts): { readonly token?: TokenFacts } {
  const { person, world, events, refusal, isInOutage } = parts;
  const status = end.answer?.status ?? 0;
  const { carried } = end;
  // Behind an accepted answer there may be a page of another server, such as that of a front end.
  const isGood = status < 400 || (status === 404 && end.isPastAnswer);
  const hasArrived = end.at === "app" && status > 0 && isGood;
  if (hasArrived && carried !== undefined) {
    const token = issuedBySignIn(parts.account, events) ?? idTokenIn(carried);
    if (token !== undefined) return { token };
  }
  if (refusal !== undefined) throw refusedBy(refusal, { person, world });
  const isForProgram = !isWebAddress(end.url);
  if (!hasArrived) throw stoppedAt(end, { person, inOutage: isInOutage });
  const error = carried?.get("error") ?? "";
  if (error !== "") {
    const description = withoutRequestIds(carried?.get("error_description") ?? "");
    throw notSignedIn(
      person,
      `Entra sent the app ${error}${description === "" ? "" : `: ${description}`}`,
    );
  }
  // A code behind the # is for the page, one at `myapp://` for the program that opens it: the server has not seen it.
  const isForOther = end.isInFragment || (isForProgram && carried !== undefined);
  if (isForOther && !end.isPastAnswer) return {};
  const failure = failureAtTheEndOf(events);
  if (failure !== undefined) throw stoppedAt(end, { person, inOutage: isInOutage, failure });
  if (isForProgram) throw stoppedAt(end, { person, inOutage: isInOutage });
  throw carried === undefined
    ? notSignedIn(
        person,
        `the app answered ${requestOf(end)} with ${status}, and led to no sign-in page`,
        {
          hint: "Name the path at which the app sends people to Entra; an agent that is signed in already is not sent there again.",
        },
      )
    : notSignedIn(
        person,
        `the app answered ${requestOf(end)} with ${status}, but has asked Entra for no token`,
        {
          hint: "A server redeems the code that Entra sent it. A single-page app does so in the browser: use brownout/playwright for one.",
        },
      );
}

/** Whether the person pressed Cancel at Entra, and the app has answered to that. */
export function wasCancelled({ at, answer, carried }: VisitEnd): boolean {
  return at === "app" && answer !== undefined && carried?.get("error_subcode") === "cancel";
}

/** The last request to Entra, if the service has failed it, and how. */
function failureAtTheEndOf(events: readonly HistoryEvent[]): string | undefined {
  const asked = new Map<number, ExchangeBegan>();
  let failure: string | undefined;
  for (const event of events) {
    if (event.kind === "exchange-began") asked.set(event.exchange, event);
    if (event.kind !== "exchange-ended") continue;
    const { exchange, end } = event;
    const began = asked.get(exchange);
    if (began === undefined || began.endpoint === "resource" || end.kind === "abandoned") continue;
    failure = isServiceFailure({ began, ended: event })
      ? `${began.method} ${began.endpoint} at ${began.host} had failed with ${end.kind === "response" ? end.status : end.code}`
      : undefined;
  }
  return failure;
}

/** The last token that was issued for a person: of the token endpoint, or the response of SAML. */
export function issuedTo(account: string, events: readonly HistoryEvent[]): TokenFacts | undefined {
  return allIssuedTo(account, events).findLast(({ token }) => token !== undefined)?.token;
}

/** Everything that was issued for a person, whom the answer names or the service knows by what was redeemed: only MSAL asks for `client_info`. */
export function allIssuedTo(
  account: string,
  events: readonly HistoryEvent[],
): readonly IssuedFacts[] {
  const theirs = new Set<number>();
  const all: IssuedFacts[] = [];
  for (const event of events) {
    if (event.kind === "exchange-began" && event.subject === account) theirs.add(event.exchange);
    if (event.kind !== "exchange-ended" || event.issued === undefined) continue;
    if (event.issued.user === account || theirs.has(event.exchange)) all.push(event.issued);
  }
  return all;
}

/** The same without tokens that a client has renewed in the meantime: a sign-in redeems a code, or gets the token at once. */
export function issuedBySignIn(
  account: string,
  events: readonly HistoryEvent[],
): TokenFacts | undefined {
  const renewals = new Set<number>();
  const others = events.filter((event) => {
    if (event.kind === "exchange-began" && event.grant === "refresh_token")
      renewals.add(event.exchange);
    return !("exchange" in event && renewals.has(event.exchange));
  });
  return issuedTo(account, others);
}

/** Whether a fault is open after these events. */
export function isInOutage(events: readonly HistoryEvent[]): boolean {
  const open = new Set<string>();
  for (const event of events) {
    if (event.kind === "fault-began") open.add(event.window.id);
    if (event.kind === "fault-ended") open.delete(event.window);
  }
  return open.size > 0;
}

/** An app that wants nothing but an id token gets it in the form itself. */
function idTokenIn(carried: URLSearchParams): TokenFacts | undefined {
  const idToken = carried.get("id_token");
  if (idToken === null) return undefined;
  const { exp } = claimsOf(idToken) ?? {};
  return {
    accessToken: fingerprint("at", idToken),
    expiresAt: typeof exp === "number" ? exp * 1_000 : Number.MAX_SAFE_INTEGER,
  };
}
