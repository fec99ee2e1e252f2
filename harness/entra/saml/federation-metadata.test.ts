/** The federation metadata of a tenant and of an app, read as a service provider reads it. */
import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { namespaces } from "./saml-names.ts";
import { fixturePem } from "../../../test/support/saml.ts";
import { elementsOf, parseXml, textOf } from "./xml.ts";
import { HOST, startEsts } from "../../../test/support/ests.ts";

const PATH = "federationmetadata/2007-06/federationmetadata.xml";

async function read(query = "") {
  const bench = startEsts();
  const { status, headers, text } = await bench.get(`${PATH}${query}`);
  const all = elementsOf(parseXml(text));
  const certificates = all.filter(({ localName }) => localName === "X509Certificate").map(textOf);
  const services = all.filter(({ localName }) => localName === "SingleSignOnService");
  return { bench, status, headers, root: all[0], certificates, services };
}

describe("the federation metadata", () => {
  it("has the issuer, and the addresses for requests", async () => {
    const { bench, status, headers, root, services } = await read();
    expect(status).toBe(200);
    expect(headers.get("content-type")).toContain("samlmetadata+xml");
    expect(root?.namespaceURI).toBe(namespaces.metadata);
    expect(root?.getAttribute("entityID")).toBe(`https://sts.windows.net/${bench.tenantId}/`);
    expect(services.map((one) => one.getAttribute("Location"))).toEqual(
      Array(2).fill(`${HOST}/${bench.tenantId}/saml2`),
    );
  });

  it("has the tenant's certificate, or that of the app", async () => {
    const [own] = (await read()).certificates;
    expect(own).toBe(startEsts().directory.signingKey().x5c);
    const { clientId } = startEsts().app("expenses");
    const { certificates } = await read(`?appid=${clientId}`);
    const wanted = new X509Certificate(fixturePem("saml-expenses.cert"));
    expect(certificates).toEqual([wanted.raw.toString("base64")]);
  });

  it("does not exist for an app without SAML or for an unknown tenant", async () => {
    const bench = startEsts();
    const codes = [];
    for (const path of [`${PATH}?appid=${bench.app("portal").clientId}`, `/common/${PATH}`])
      codes.push((await bench.get(path)).json["error_codes"]);
    expect(codes).toEqual([[700016], [90002]]);
  });
});
