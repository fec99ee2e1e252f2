import { X509Certificate } from "node:crypto";
import { expect, it } from "vitest";
import { createLeafAuthority } from "./leaf-certificate.ts";

it("makes certificates that its authority has signed, each for one host, with the key", () => {
  const authority = createLeafAuthority();
  const ca = new X509Certificate(authority.cert);
  expect([ca.ca, ca.verify(ca.publicKey)]).toEqual([true, true]);
  const long = `${"a".repeat(60)}.${"b".repeat(60)}.example.com`;
  for (const host of ["shop.vault.azure.net", long]) {
    const leaf = new X509Certificate(authority.leafFor(host).cert);
    expect([leaf.checkHost(host), leaf.checkHost("other.example.com")]).toEqual([host, undefined]);
    expect([leaf.checkIssued(ca), leaf.verify(ca.publicKey), leaf.ca]).toEqual([true, true, false]);
    expect(leaf.validToDate.getUTCFullYear()).toBe(2099);
  }
});

it("has another key and serial number each time", () => {
  const authority = createLeafAuthority();
  const [one, other] = ["a.example", "a.example"].map((host) => authority.leafFor(host));
  expect(one?.key).not.toBe(other?.key);
  const serials = [one, other].map((pair) => new X509Certificate(pair?.cert ?? "").serialNumber);
  expect(new Set(serials).size).toBe(2);
});
