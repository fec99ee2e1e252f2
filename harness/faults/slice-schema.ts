/** What the slice of a fault window may look like, field by field: names as requests bear them. */
import { nonEmptyString } from "../core/common-schemas.ts";
import { suggestNames } from "../core/errors.ts";
import { acrossFields, expected, schemaOf, type Z } from "../core/validation.ts";
import { grantNameOf, grantNames, regionOf } from "../entra/request/endpoint.ts";
import type { FaultSlice } from "./plan.ts";

/** Checks `where`, as far as each field decides it. */
export const sliceSchema = schemaOf<FaultSlice>()((z) =>
  z
    .strictObject({
      tenant: oneOrMore(z, () => undefined),
      user: oneOrMore(z, () => undefined),
      grant: oneOrMore(z, problemOfGrant),
      app: oneOrMore(z, () => undefined),
      host: oneOrMore(z, problemOfHost),
      region: oneOrMore(z, problemOfRegion),
    })
    .meta({ id: "FaultSlice" }),
);

/** Why a name can match no request, and what to write instead. */
type NameProblem = readonly [message: string, hint?: string];

/** A name or an array of them; the field may be absent. */
function oneOrMore(z: Z, problemOf: (name: string) => NameProblem | undefined) {
  const name = nonEmptyString().check(
    acrossFields<string>((found, report) => {
      const bare = found.trim();
      if (bare === "") return;
      const spaced: NameProblem = [expected("a name without spaces around it", found), write(bare)];
      const problem = found === bare ? problemOf(found) : spaced;
      if (problem !== undefined) report([], ...problem);
    }),
  );
  return z.union([name, z.array(name).min(1)]).optional();
}

function problemOfGrant(found: string): NameProblem | undefined {
  const name = grantNameOf(found);
  // Extension grants are named by a URN: RFC 6749 section 4.5.
  if (name.startsWith("urn:") || (grantNames as readonly string[]).includes(name)) return undefined;
  const urn = `urn:ietf:params:oauth:grant-type:${name}`;
  const short = grantNameOf(urn);
  const known = grantNames.map((grant) => JSON.stringify(grant)).join(", ");
  return [
    expected(`one of ${known}, or the URN of another grant`, found),
    short === urn ? suggestNames(found, grantNames, "") : write(short),
  ];
}

function problemOfHost(found: string): NameProblem | undefined {
  if (found.includes("*")) {
    const hint = "List the hosts, or narrow the window by where.region.";
    return [expected("a host name without wildcards", found), hint];
  }
  const plain = "a host name without scheme, port and path";
  if (/[/:\s]/.test(found)) return [expected(plain, found)];
  const named = URL.parse(`https://${found}`)?.hostname.replace(/\.$/, "");
  if (named === found.toLowerCase()) return undefined;
  return [expected("a host name as requests bear it", found), write(named)];
}

function problemOfRegion(found: string): NameProblem | undefined {
  const lower = found.toLowerCase();
  if (/^[a-z0-9-]+$/.test(lower)) return undefined;
  const meant = (regionOf(lower) ?? lower).replaceAll(/[^a-z0-9-]/g, "");
  return [expected("the first label of a regional host", found), write(meant)];
}

function write(name: string | undefined): string {
  return name === undefined || name === "" ? "" : `Write ${JSON.stringify(name)}.`;
}
