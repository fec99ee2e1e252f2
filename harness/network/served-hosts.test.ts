import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isServedHost, isServedUrl, servedHosts, unmockedUrl } from "./served-hosts.ts";

describe("served hosts", () => {
  it("are exactly the names of the fixture certificate", () => {
    const file = new URL("../../fixtures/tls/service.cert.pem", import.meta.url);
    const names = new X509Certificate(readFileSync(file)).subjectAltName?.split(", ");
    expect(names).toEqual(servedHosts.map((host) => `DNS:${host}`));
  });

  it("know regional and tenant hosts one label deep, in any case", () => {
    expect(isServedHost("WestUS2.login.microsoft.com")).toBe(true);
    expect(isServedHost("orders.contoso.example")).toBe(true);
    expect(isServedHost("a.b.contoso.example")).toBe(false);
    expect(isServedHost("contoso.example")).toBe(false);
    expect(isServedHost("login.microsoftonline.com.evil.example")).toBe(false);
  });

  it("answer over TLS on the usual port only", () => {
    expect(isServedUrl(new URL("https://login.microsoftonline.com/common"))).toBe(true);
    expect(isServedUrl(new URL("http://login.microsoftonline.com/common"))).toBe(false);
    expect(isServedUrl(new URL("https://login.microsoftonline.com:8443/common"))).toBe(false);
  });

  it("are named in the error for every other address", () => {
    expect(unmockedUrl(new URL("https://api.example.org/v1"))).toMatchObject({
      code: "unmocked-request",
      place: "api.example.org",
    });
    expect(unmockedUrl(new URL("http://api.example.org/v1"))).toMatchObject({
      place: "api.example.org:80",
    });
  });
});
