import { expect, it } from "vitest";
import { createWorld } from "./create-world.ts";

const ID = "0F4B2C6E-93C7-4D3A-8A55-51B7F7A1C2D4";

it("reads the app id of an API from its identifier URI, in capitals as well", () => {
  const clientId = "0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d3";
  const { resources } = createWorld({
    tenant: "7c1d2a90-4b1e-4c55-9a7e-2f8f0f5c9d11",
    apps: [{ kind: "native", clientId, scopes: [`api://${ID}/Orders.Read`] }],
  });
  expect(resources.find(({ identifierUri }) => identifierUri === `api://${ID}`)?.appId).toBe(
    ID.toLowerCase(),
  );
});
