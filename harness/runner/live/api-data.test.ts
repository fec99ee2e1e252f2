import { expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import type { HarnessError } from "../../core/errors.ts";
import { createApiData } from "./api-data.ts";

it("answers by origin and path, and refuses an address of no API", () => {
  const data = createApiData(contoso);
  const mail = { value: ["Hello"] };
  data.put("https://graph.microsoft.com/v1.0/me/messages?$top=1", mail);
  expect(data.at("https://graph.microsoft.com/v1.0/me/messages")).toBe(mail);
  expect(data.answeredByDefault()).toEqual([]);
  for (const query of ["", "?$top=1"])
    expect(data.at(`https://graph.microsoft.com/v1.0/me${query}`)).toEqual({ resource: "graph" });
  expect(data.answeredByDefault()).toEqual([
    { address: "https://graph.microsoft.com/v1.0/me", answer: { resource: "graph" } },
  ]);
  for (const address of ["/v1.0/me", "https://api.example.com/v1.0/me"])
    expect(() => data.put(address, mail)).toThrow(/expected an address of a protected API/);
});

it("names the mounts for other hosts only where none answers for them", () => {
  const data = createApiData(contoso);
  const hintOf = (elsewhere?: () => void): string => {
    try {
      data.put("/v1.0/me", [], elsewhere);
    } catch (error) {
      return (error as HarnessError).hint ?? "";
    }
    return "";
  };
  expect(hintOf()).toContain("take the mount msw or nock");
  expect(hintOf(() => undefined)).toMatch(/^Write the whole address.*graph\.microsoft\.com/);
  expect(hintOf(() => undefined)).not.toContain("mount");
});
