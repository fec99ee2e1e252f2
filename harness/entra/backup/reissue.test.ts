/** A token that the backup issues in place of one of the primary. */
import { describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { claimsOf, parseObject } from "../../core/http/json-object.ts";
import { createDirectory } from "../directory/directory.ts";
import { createReissue } from "./reissue.ts";

const nowMs = Date.UTC(2026, 2, 2, 8);
const clock = { now: () => nowMs + 999, sleep: () => Promise.resolve() };
const directory = createDirectory(contoso, clock);
const reissue = createReissue(directory, clock);

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const tokenWith = (claims: object): string => `${encoded({ alg: "RS256" })}.${encoded(claims)}.sig`;
const headerOf = (token: string) =>
  parseObject(Buffer.from(token.split(".")[0] ?? "", "base64url").toString());

describe("a renewed token", () => {
  const old = { sub: "adele", ver: "2.0", iat: 1, nbf: 1, exp: 2, aio: "a", rh: "r", uti: "u" };

  it("has the claims of the one before, with times of its own and an id of its own", () => {
    const claims = claimsOf(reissue(tokenWith({ ...old, nonce: "n-1" }), { lifetimeSeconds: 60 }));
    // Dated back by five minutes, as the primary does.
    const iat = nowMs / 1_000 - 300;
    expect(claims).toEqual({
      sub: "adele",
      ver: "2.0",
      iat,
      nbf: iat,
      exp: nowMs / 1_000 + 60,
      uti: expect.stringMatching(/^[\w-]{22}$/),
    });
  });

  it("has a nonce only when one is asked for", () => {
    const claims = claimsOf(reissue(tokenWith(old), { lifetimeSeconds: 60, nonce: "n-2" }));
    expect(claims).toMatchObject({ nonce: "n-2" });
  });

  it("names the key that signed it, in tokens of v1.0 also as x5t", () => {
    const { kid } = directory.signingKey();
    const header = { typ: "JWT", alg: "RS256", kid };
    expect(headerOf(reissue(tokenWith(old), { lifetimeSeconds: 60 }))).toEqual(header);
    const v1 = reissue(tokenWith({ ...old, ver: "1.0" }), { lifetimeSeconds: 60 });
    expect(headerOf(v1)).toEqual({ ...header, x5t: kid });
  });
});
