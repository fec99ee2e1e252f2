/**
 * How the real node-saml, configured strictly, treats invalid responses. The last group lists what
 * it accepts although it should not.
 */
import { SAML, ValidateInResponseTo } from "@node-saml/node-saml";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import type { SamlRegistration } from "../../entra/directory/world.ts";
import {
  failedResponse,
  signedResponse,
  type Assertion,
  type Envelope,
} from "../../entra/saml/saml-response.ts";
import { fixturePair } from "../../../test/support/saml.ts";
import { serviceProviderOptions } from "./node-saml.ts";
import { createReplayGuard } from "./saml-replay-guard.ts";

const NOW_MS = Date.UTC(2026, 2, 2, 8);
const MINUTE_MS = 60_000;
const ACS = "https://expenses.contoso.example/saml/acs";
const IDENTIFIER = "https://expenses.contoso.example/saml";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: NOW_MS }));
afterEach(() => void vi.useRealTimers());

const registration = (): SamlRegistration => {
  const saml = contoso.tenants[0]?.apps.find(({ name }) => name === "expenses")?.saml;
  if (saml === undefined) throw new Error("no such app");
  return saml;
};

function provider(more: Partial<SamlRegistration> = {}) {
  let requests = 0;
  const saml = new SAML(
    serviceProviderOptions(
      { ValidateInResponseTo },
      { ...registration(), ...more },
      { entryPoint: "https://login.microsoftonline.com/t/saml2", newId: () => `_r${++requests}` },
    ),
  );
  return {
    /** Sends a request; its id is `_r1`, `_r2` and so on. */
    ask: (): Promise<string> => saml.getAuthorizeUrlAsync("", undefined, {}),
    take: async (xml: string): Promise<string> => {
      const SAMLResponse = Buffer.from(xml).toString("base64");
      const { profile } = await saml.validatePostResponseAsync({ SAMLResponse });
      return profile?.nameID ?? "no user";
    },
  };
}

interface Written extends Partial<Envelope>, Partial<Omit<Assertion, "subject">> {
  readonly nameId?: string;
  readonly sign?: "assertion" | "response" | "both";
  readonly by?: string;
}

/** An unsolicited response, valid by default. */
function write({
  nameId = "adele",
  sign = "assertion",
  by = "saml-expenses",
  ...more
}: Written = {}): string {
  const envelope: Envelope = {
    responseId: "_response",
    issuer: "https://sts.windows.net/t/",
    destination: ACS,
    issuedAtMs: NOW_MS,
    ...more,
  };
  const assertion: Assertion = {
    assertionId: "_assertion",
    audience: IDENTIFIER,
    notBeforeMs: NOW_MS - 5 * MINUTE_MS,
    notOnOrAfterMs: NOW_MS + 65 * MINUTE_MS,
    confirmedUntilMs: NOW_MS + 5 * MINUTE_MS,
    subject: {
      nameId,
      nameIdFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
      attributes: [],
      signedInAtMs: NOW_MS,
      contextClass: "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
    },
    ...more,
  };
  return signedResponse(envelope, assertion, { sign, by: fixturePair(by) });
}

const good = write();
const [signature = ""] = /<Signature\b.*<\/Signature>/s.exec(good) ?? [];
const [assertion = ""] = /<Assertion\b.*<\/Assertion>/s.exec(good) ?? [];
const unsigned = assertion.replace(signature, "");
/** The identity that the attacker wants to have. */
const evil = (id = "_evil") => unsigned.replace("_assertion", id).replace(">adele<", ">admin<");
const wrap = (inside: string) => good.replace(assertion, inside);
const withSignature = (id: string) => evil(id).replace("</Issuer>", `</Issuer>${signature}`);

const doctype = '<!DOCTYPE x [<!ENTITY a "adele"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>';

describe("node-saml accepts", () => {
  it.each(["assertion", "response", "both"] as const)(
    "what was signed as it wants: %s",
    async (sign) => {
      expect(await provider({ sign }).take(write({ sign }))).toBe("adele");
    },
  );

  it("a response to its own request, once", async () => {
    const { ask, take } = provider();
    await ask();
    const answer = write({ inResponseTo: "_r1" });
    expect(await take(answer)).toBe("adele");
    await expect(take(answer)).rejects.toThrow("InResponseTo is not valid");
  });

  it("the whole name, with comments inside it", async () => {
    const commented = good.replace(">adele<", ">adele<!-- x -->.evil<");
    await expect(provider().take(commented)).rejects.toThrow("Invalid signature");
    expect(
      await provider().take(
        write({ nameId: "adele.evil" }).replace(">adele.", ">adele<!-- x -->."),
      ),
    ).toBe("adele.evil");
  });
});

describe("node-saml rejects", () => {
  it.each<[string, string, string]>([
    ["unsigned", wrap(unsigned), "Invalid signature"],
    ["signed, but not what it wants signed", write({ sign: "response" }), "Invalid signature"],
    ["signed by another app's certificate", write({ by: "saml-travel" }), "Invalid signature"],
    ["changed after it was signed", good.replace(">adele<", ">admin<"), "Invalid signature"],
    ["signed by a key that it brings itself", write({ by: "travel" }), "Invalid signature"],
    ["without an assertion", wrap(""), "Missing SAML assertion"],
    ["two assertions", wrap(assertion + assertion), "multiple assertions"],
    ["expired", write({ notOnOrAfterMs: NOW_MS }), "assertion expired"],
    ["not yet valid", write({ notBeforeMs: NOW_MS + 1 }), "not yet valid"],
    ["for another audience", write({ audience: "https://other.example" }), "audience mismatch"],
    ["for an unknown request", write({ inResponseTo: "_r99" }), "InResponseTo is not valid"],
    [
      "a failure",
      failedResponse(
        { responseId: "_x", issuer: "i", destination: ACS, issuedAtMs: NOW_MS },
        { codes: ["Requester", "RequestDenied"], message: "AADSTS75005: no" },
      ),
      "AADSTS75005: no",
    ],
    ["no XML", "hello", "Not a valid XML document"],
    ["two roots", good + good, "Only one element"],
    [
      "XML bomb: entities in the name",
      doctype + good.replace(">adele<", ">&b;<"),
      "entity not found",
    ],
    [
      "XML bomb: an outside file",
      `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>${good.replace(">adele<", ">&f;<")}`,
      "entity not found",
    ],
    [
      "XSW: the evil one first, the good one behind it",
      wrap(evil() + assertion),
      "multiple assertions",
    ],
    [
      "XSW: the good one first, the evil one behind it",
      wrap(assertion + evil()),
      "multiple assertions",
    ],
    [
      "XSW: the good one inside the evil one",
      wrap(evil().replace("</Assertion>", `${assertion}</Assertion>`)),
      "Invalid signature",
    ],
    [
      "XSW: the good one inside the evil one's signature",
      wrap(
        withSignature("_evil").replace("</Signature>", `<Object>${unsigned}</Object></Signature>`),
      ),
      "Referenced node does not refer",
    ],
    [
      "XSW: of one ID, the good one inside the signature",
      wrap(
        withSignature("_assertion").replace(
          "</Signature>",
          `<Object>${unsigned}</Object></Signature>`,
        ),
      ),
      "ID cannot refer to more than one",
    ],
    [
      "XSW: the signature moved to the evil one, the good one in an extension",
      good
        .replace("<samlp:Status>", `<samlp:Extensions>${unsigned}</samlp:Extensions><samlp:Status>`)
        .replace(/<Assertion(?!.*<Assertion).*<\/Assertion>/s, withSignature("_evil")),
      "Referenced node does not refer",
    ],
    [
      "XSW: the whole good response inside an evil one",
      wrap(evil())
        .replace("_response", "_other")
        .replace("</samlp:Response>", `${good}</samlp:Response>`),
      "Invalid signature",
    ],
    [
      "two signatures",
      wrap(assertion.replace(signature, signature + signature)),
      "Too many signatures",
    ],
    [
      "a second reference in the signature",
      wrap(assertion.replace(/<Reference.*<\/Reference>/s, (one) => one + one)),
      "too many transforms",
    ],
  ])("%s", async (_, xml, why) => {
    await expect(provider().take(xml)).rejects.toThrow(why);
  });

  it("a response to its request whose subject confirmation has expired", async () => {
    const { ask, take } = provider();
    await ask();
    const late = write({ inResponseTo: "_r1", confirmedUntilMs: NOW_MS });
    await expect(take(late)).rejects.toThrow("No valid subject confirmation");
  });

  it("a response to its request with the assertion of another request", async () => {
    const { ask, take } = provider();
    await ask();
    await ask();
    const mixed = write({ inResponseTo: "_r1" }).replace(
      'InResponseTo="_r1"',
      'InResponseTo="_r2"',
    );
    await expect(take(mixed)).rejects.toThrow("InResponseTo does not match");
  });

  it("an unsolicited response when so configured, which also rules out sign-ins that start at Entra", async () => {
    const saml = new SAML({
      ...serviceProviderOptions({ ValidateInResponseTo }, registration(), {
        entryPoint: "https://x.example",
        newId: () => "_r1",
      }),
      validateInResponseTo: ValidateInResponseTo.always,
    });
    const SAMLResponse = Buffer.from(good).toString("base64");
    await expect(saml.validatePostResponseAsync({ SAMLResponse })).rejects.toThrow(
      "InResponseTo is missing",
    );
  });
});

describe("node-saml 5.1 accepts, although it should not", () => {
  it.each<[string, string]>([
    [
      "for another recipient: neither Recipient nor Destination is compared",
      write({ destination: "https://other.example/acs" }),
    ],
    [
      "of another issuer, if it is signed: the issuer is not compared",
      write({ issuer: "https://sts.windows.net/other/" }),
    ],
    [
      "with an expired subject confirmation, in an unsolicited response",
      write({ confirmedUntilMs: NOW_MS - MINUTE_MS }),
    ],
    ["under a document type that nothing refers to", `<!DOCTYPE x>${good}`],
  ])("%s", async (_, xml) => {
    expect(await provider().take(xml)).toBe("adele");
  });

  it("a replayed unsolicited response: the user of node-saml must detect replays", async () => {
    const { take } = provider();
    expect([await take(good), await take(good)]).toEqual(["adele", "adele"]);
    const guard = createReplayGuard();
    const times = { expiresAt: NOW_MS + 65 * MINUTE_MS, nowMs: NOW_MS };
    guard.admit("_assertion", times);
    expect(() => guard.admit("_assertion", times)).toThrow("used before");
    expect(() => guard.admit("", times)).toThrow("used before");
    guard.admit("_assertion", { expiresAt: times.expiresAt * 2, nowMs: times.expiresAt });
  });

  it("a replayed response whose InResponseTo was cut from the unsigned response element", async () => {
    const { ask, take } = provider();
    await ask();
    const answer = write({ inResponseTo: "_r1" });
    expect(await take(answer)).toBe("adele");
    expect(await take(answer.replace(' InResponseTo="_r1"', ""))).toBe("adele");
    // When the response is signed, too, nothing can be cut.
    const careful = provider({ sign: "both" });
    await careful.ask();
    const both = write({ inResponseTo: "_r1", sign: "both" });
    expect(await careful.take(both)).toBe("adele");
    await expect(careful.take(both.replace(' InResponseTo="_r1"', ""))).rejects.toThrow(
      "Invalid document signature",
    );
  });
});
