/**
 * What cannot be judged where another identity provider answers: the backup system, which only the
 * simulated service has, and the state of tokens that it has not issued. These rules are
 * inconclusive there, and said by name, since their silence would look like a pass.
 */
import { UPSTREAM_HEADER } from "../history/upstream-header.ts";
import type { History } from "../history/event.ts";
import { counted } from "./model/messages.ts";
import { exchangesOf } from "./model/exchanges.ts";
import { inconclusive } from "./model/verdicts.ts";
import type { Judgement } from "./rule.ts";

const NO_BACKUP = "it has no backup authentication system that could be asked";
const NOT_ITS_TOKENS = "which of its tokens are expired, revoked or of an old key is not known";
const NO_MACHINE = "identity endpoints of machines are not in front of it";

/** Why each of these rules says nothing about an upstream, by its id. */
const WHY: Readonly<Record<string, string>> = {
  "routing-hint": NO_BACKUP,
  "supported-host": NO_BACKUP,
  "supported-flow": NO_BACKUP,
  "backup-flow": NO_BACKUP,
  "backup-window": NO_BACKUP,
  "token-expiry": NOT_ITS_TOKENS,
  "claims-challenge": NOT_ITS_TOKENS,
  "key-rollover": NOT_ITS_TOKENS,
  "identity-endpoint": NO_MACHINE,
};

/** The rules that are not judged on a history, with the reason; empty where the simulated service answers. */
export function notJudged({
  header,
}: Pick<History, "header">): readonly { readonly rule: string; readonly why: string }[] {
  if (header.upstream === undefined) return [];
  return Object.entries(WHY).map(([rule, why]) => ({ rule, why }));
}

/** Why nothing of a history can be judged: its upstream was not there for some requests. */
export function whyUpstreamDecides(history: History): string | undefined {
  const { upstream } = history.header;
  if (upstream === undefined) return undefined;
  const lost = exchangesOf(history).filter(
    ({ ended }) =>
      ended?.end.kind === "response" &&
      ended.end.headers.some(([name]) => name === UPSTREAM_HEADER),
  );
  return lost.length === 0
    ? undefined
    : `The upstream ${upstream} could not be reached for ${counted(lost.length, "request")}, and what programs made of that is not judged.`;
}

/** The judgement, or why an upstream keeps the rule from having one. */
export function unlessUpstreamDecides(
  history: History,
  rule: string,
  judge: () => Judgement,
): Judgement {
  const { upstream } = history.header;
  if (upstream === undefined) return judge();
  const why = WHY[rule];
  if (why !== undefined) return inconclusive(`Not judged on the upstream ${upstream}: ${why}.`);
  const lost = whyUpstreamDecides(history);
  return lost === undefined ? judge() : inconclusive(lost);
}
