import { expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { worldLine } from "./refusal-hint.ts";

const ID = "0F4B2C6E-93C7-4D3A-8A55-51B7F7A1C2D4";

it("writes the id of a tenant as createWorld takes it, when the app has it in capitals", () => {
  const refusal = { code: 90002, text: "", tenant: ID, isOfPageApp: true, isPage: true };
  expect(worldLine(contoso, refusal)).toContain(`createWorld({ tenant: "${ID.toLowerCase()}"`);
});
