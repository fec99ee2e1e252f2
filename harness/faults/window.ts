/**
 * When a fault window is open and which requests it matches: pure functions of the window, the
 * time and the request. Counting and chance are in `layer.ts`.
 */
import { type EntraRequest, grantNameOf, regionOf } from "../entra/request/endpoint.ts";
import { isConnectionEffect } from "./effect-traits.ts";
import type { FaultSlice, FaultWindow } from "./plan.ts";

/**
 * The other names of a user, tenant or app: object id for UPN, tenant id for domain, client id for
 * name, and the reverse.
 * A request uses one of them, the plan perhaps another; only the world knows both.
 */
export type AliasesOf = (name: string) => readonly string[];

/** Whom a request is for, as only the service knows; by any of their names. */
export interface SubjectNames {
  readonly tenant?: string;
  readonly user?: string;
}

/** What is known of names and of the request beside what the request says; default: nothing. */
export interface KnownNames {
  readonly aliasesOf?: AliasesOf | undefined;
  readonly subject?: SubjectNames | undefined;
}

/** Whether the window is open, `elapsedMs` after the start: it includes `from` and excludes its end. */
export function isOpenAt(window: FaultWindow, elapsedMs: number): boolean {
  return elapsedMs >= window.from && elapsedMs < window.from + window.for;
}

/** Whether the window is about a request, at any time. */
export function matchesRequest(
  window: FaultWindow,
  request: EntraRequest,
  known: KnownNames = {},
): boolean {
  if (window.on !== "all" && !window.on.includes(request.endpoint)) return false;
  if (!matchesPreflight(window, request)) return false;
  return window.where === undefined || matchesSlice(window.where, request, known);
}

/** A broken connection concerns preflights and other requests alike. */
function matchesPreflight(
  { effect, preflights = "pass" }: FaultWindow,
  { preflight }: EntraRequest,
): boolean {
  if (isConnectionEffect(effect)) return true;
  return preflight === true ? preflights !== "pass" : preflights !== "only";
}

/**
 * Whether every given field of a slice matches; case does not matter. A request on a shared
 * endpoint is of that segment, and of the tenant of its user. Its user is the one whom its token or
 * code belongs to, else the one whom it names.
 */
export function matchesSlice(
  slice: FaultSlice,
  request: EntraRequest,
  { aliasesOf = noAliases, subject = {} }: KnownNames = {},
): boolean {
  return (
    matchesField(slice.tenant, [request.tenant, subject.tenant], aliasesOf) &&
    matchesField(slice.user, [subject.user ?? request.user], aliasesOf) &&
    matchesField(grantNamesIn(slice.grant), [request.grant], noAliases) &&
    matchesField(slice.app, [request.app], aliasesOf) &&
    matchesField(slice.host, [request.host], noAliases) &&
    matchesField(slice.region, [regionOf(request.host)], noAliases)
  );
}

/** The share of matching requests that the window takes at that time, 0 to 1. */
export function probabilityAt(window: FaultWindow, elapsedMs: number): number {
  const { chance = 1, ramp } = window;
  if (ramp === undefined) return chance;
  const progress = Math.min(1, Math.max(0, (elapsedMs - window.from) / window.for));
  return chance * (ramp.from + (ramp.to - ramp.from) * progress);
}

/** Whether `after` and `first` let the window take the matching request of that number, from 0. */
export function takesNumber(window: FaultWindow, number: number): boolean {
  const { after = 0, first = Number.POSITIVE_INFINITY } = window;
  return number >= after && number < after + first;
}

function matchesField(
  wanted: string | readonly string[] | undefined,
  found: readonly (string | undefined)[],
  aliasesOf: AliasesOf,
): boolean {
  if (wanted === undefined) return true;
  const names = found
    .flatMap((name) => (name === undefined ? [] : [name, ...aliasesOf(name)]))
    .map((name) => name.toLowerCase());
  const values = typeof wanted === "string" ? [wanted] : wanted;
  return values.some((value) => names.includes(value.toLowerCase()));
}

/** A slice may have the `grant_type` of the wire, which the description of a request shortens. */
function grantNamesIn(wanted: FaultSlice["grant"]): readonly string[] | undefined {
  return wanted === undefined ? undefined : [wanted].flat().map(grantNameOf);
}

function noAliases(): readonly string[] {
  return [];
}
