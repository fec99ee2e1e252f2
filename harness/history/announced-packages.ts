/**
 * The libraries that name themselves in their requests, as MSAL does: `x-client-SKU` and
 * `x-client-VER`, and in its telemetry the wrapper for a framework. It is all that a page or a
 * bundle says of what it was made of.
 */
import type { History } from "./event.ts";

/** A library with its version, as its requests name it. */
export interface AnnouncedPackage {
  /** At npm, where it is known there; else as it stands in the request, such as `MSAL.Python`. */
  readonly name: string;
  readonly version: string;
}

const names: Readonly<Record<string, string>> = {
  "msal.js.node": "@azure/msal-node",
  "msal.js.browser": "@azure/msal-browser",
  "msal.js": "msal",
};

/** Each library of the requests in a history once, in the order in which they first appear. */
export function announcedPackages({ events }: History): readonly AnnouncedPackage[] {
  const found = new Map<string, AnnouncedPackage>();
  for (const event of events) {
    if (event.kind !== "exchange-began") continue;
    const field = fieldsOf(event);
    const [, wrapper, wrapperVersion] =
      /\|(@[\w-]+\/[\w-]+),([\w.+-]+)$/.exec(field("x-client-current-telemetry") ?? "") ?? [];
    const sku = field("x-client-sku");
    for (const [name, version] of [
      [sku === undefined ? undefined : (names[sku.toLowerCase()] ?? sku), field("x-client-ver")],
      [wrapper, wrapperVersion],
    ]) {
      if (name === undefined || version === undefined) continue;
      if (!isPlain(name) || !isPlain(version)) continue;
      found.set(`${name}@${version}`, { name, version });
    }
  }
  return [...found.values()];
}

/** Looks a field up in the form, the address or the headers of a request, in either case. */
function fieldsOf({
  url,
  form = {},
  headers,
}: {
  readonly url: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers: readonly (readonly [string, string])[];
}): (name: string) => string | undefined {
  const query = url.includes("x-client-") && URL.canParse(url) ? new URL(url).searchParams : [];
  const fields = new Map(
    [...query, ...headers, ...Object.entries(form)].map(([name, value]) => [
      name.toLowerCase(),
      value,
    ]),
  );
  return (name) => fields.get(name);
}

/** What a request names may be anything. */
function isPlain(text: string): boolean {
  return /^[\w@./+-]{1,100}$/.test(text);
}
