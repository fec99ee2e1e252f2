/**
 * Whether the requests of a program whose calls are not seen show anything about it. Rules that
 * find no fault with refused requests do not say that the program coped: that would be a pass for
 * one that ended with an error.
 */
import type { ExchangeBegan, History } from "../../history/event.ts";
import { whyUpstreamDecides } from "../on-upstream.ts";
import { type Exchange, exchangesOf, operationsOf } from "./exchanges.ts";

/** Requests that only prepare for others. */
const PREPARING: ReadonlySet<ExchangeBegan["endpoint"]> = new Set<ExchangeBegan["endpoint"]>([
  "instance-discovery",
  "openid-configuration",
  "keys",
  "user-realm",
  "saml-metadata",
]);

/**
 * Why a history without operations proves nothing: it has no request, or each that brings a token
 * or data was refused. So does one whose upstream was gone. Undefined for one that has operations, which say by themselves how they ended.
 */
export function whyUnproved(history: History): string | undefined {
  const lost = whyUpstreamDecides(history);
  if (lost !== undefined) return lost;
  if (operationsOf(history).length > 0) return undefined;
  const all = exchangesOf(history);
  if (all.length === 0) return "No request was seen.";
  const needed = all.filter(({ began }) => !PREPARING.has(began.endpoint));
  const asked = needed.length > 0 ? needed : all;
  if (asked.some(isAnswered)) return undefined;
  const which = asked.length < all.length ? " for tokens and data" : "";
  return asked.length === 1
    ? `The only request${which} failed, and no operation says how the program took it.`
    : `All ${asked.length} requests${which} failed, and no operation says how the program took it.`;
}

function isAnswered({ ended }: Exchange): boolean {
  const end = ended?.end;
  return end?.kind === "response" && end.status < 400 && end.cut === undefined;
}
