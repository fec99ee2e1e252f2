/**
 * Stops look-ups of names: each would ask a name server on another machine. Names of this
 * machine, addresses and allowed hosts pass, and so does a resolver that was given a name
 * server on loopback. Functions that a program had taken out of `node:dns` before are reported.
 */
import { type AsyncHook, createHook } from "node:async_hooks";
import dns from "node:dns";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { isLoopback } from "../loopback.ts";
import { leftLookup, unmockedLookup } from "../served-hosts.ts";
import { isAllowed } from "../suite.ts";
import { stop, type StopOptions } from "./stop.ts";
import { type Method, replaceMethod } from "./replace-method.ts";

const RECORDS =
  /^(?:resolve(?:4|6|Any|Caa|Cname|Mx|Naptr|Ns|Ptr|Soa|Srv|Tlsa|Txt)?|reverse|lookupService)$/;

/** Stops them until the returned function is called. */
export function guardLookups(options: StopOptions): () => void {
  const machineServers = new Set(dns.getServers());
  const isOfMachine = (name: string): boolean =>
    name === "" ||
    isLoopback(name) ||
    name.toLowerCase().endsWith(".localhost") ||
    name.toLowerCase() === hostname().toLowerCase() ||
    isAllowed(options.suite, name);

  const guarded =
    (style: "callback" | "promise", mayPass: (name: string, resolver: unknown) => boolean) =>
    (original: Method): Method =>
      function guardedLookup(this: unknown, ...values: unknown[]) {
        const name = typeof values[0] === "string" ? values[0] : "";
        if (mayPass(name, this)) return Reflect.apply(original, this, values);
        const error = stop(options, unmockedLookup(name));
        if (style === "promise") return Promise.reject(error);
        const callback = values.findLast((value) => typeof value === "function");
        process.nextTick(callback as (reason: Error) => void, error);
        return {};
      };

  const asksLoopback = (resolver: unknown): boolean => {
    if (typeof resolver !== "object" || resolver === null || !("getServers" in resolver))
      return false;
    const servers = (resolver as Pick<dns.Resolver, "getServers">).getServers();
    // A name server of the machine itself asks others.
    return servers.every(
      (server) => !machineServers.has(server) && isLoopback(server.replace(/:\d+$/, "")),
    );
  };
  const askedLoopback = new Set<string>();
  const mayAsk = (name: string, resolver: unknown): boolean => {
    if (isOfMachine(name)) return true;
    if (!asksLoopback(resolver)) return false;
    askedLoopback.add(name);
    return true;
  };
  const mayLookUp = (name: string): boolean => isOfMachine(name) || isIP(name) !== 0;

  const undo: (() => void)[] = [
    replaceMethod(dns, "lookup", guarded("callback", mayLookUp)),
    replaceMethod(dns.promises, "lookup", guarded("promise", mayLookUp)),
  ];
  const places = [
    [dns, "callback"],
    [dns.Resolver.prototype, "callback"],
    [dns.promises, "promise"],
    [dns.promises.Resolver.prototype, "promise"],
  ] as const;
  for (const [target, style] of places) {
    for (const name of methodsOf(target))
      if (RECORDS.test(name)) undo.push(replaceMethod(target, name, guarded(style, mayAsk)));
  }
  const unguarded = watchLookups((name) => {
    if (!mayLookUp(name) && !askedLoopback.has(name)) options.onHarnessError?.(leftLookup(name));
  });
  return () => {
    unguarded.disable();
    for (const restore of undo) restore();
  };
}

/** Sees also those by functions that a program had taken out of `node:dns` before; these it cannot stop. */
function watchLookups(onLookup: (name: string) => void): AsyncHook {
  const options = {
    // Node knows it and its types do not: with promises the hook would cost a lot.
    trackPromises: false,
    init(_id: number, type: string, _trigger: number, resource: object): void {
      if (!/^(?:GETADDRINFOREQWRAP|GETNAMEINFOREQWRAP|QUERYWRAP)$/.test(type)) return;
      if ("hostname" in resource && typeof resource.hostname === "string")
        onLookup(resource.hostname);
    },
  };
  return createHook(options).enable();
}

/** The names of its functions, those of its prototypes included. */
function methodsOf(target: object): readonly string[] {
  const names = new Set<string>();
  for (
    let one: object | null = target;
    one !== null && one !== Object.prototype;
    one = Object.getPrototypeOf(one) as object | null
  ) {
    for (const name of Object.getOwnPropertyNames(one)) names.add(name);
  }
  return [...names];
}
