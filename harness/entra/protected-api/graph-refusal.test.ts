import { expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { createRequest } from "../../core/http/message.ts";
import { createDirectory } from "../directory/directory.ts";
import { createProtectedApi } from "./protected-api.ts";

const clock = { now: () => Date.UTC(2026, 2, 2, 8), sleep: () => Promise.resolve() };
const api = createProtectedApi({
  directory: createDirectory(contoso, clock),
  clock,
  fetchKeys: () => Promise.reject(new Error("no connection")),
  keysUrl: "https://login.microsoftonline.com/common/discovery/v2.0/keys",
});

const refusal = async (url: string, headers: Record<string, string> = {}): Promise<unknown> =>
  (await api(createRequest(url, { headers }))).json();

it("refuses in the form of Microsoft Graph, which other APIs do not have", async () => {
  const id = "0a1b2c3d-1111-4222-8333-444455556666";
  expect(await refusal("https://graph.microsoft.com/v1.0/me", { "client-request-id": id })).toEqual(
    {
      error: {
        code: "InvalidAuthenticationToken",
        message: "Access token is empty or malformed.",
        innerError: {
          date: "2026-03-02T08:00:00",
          "request-id": expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
          "client-request-id": id,
        },
      },
    },
  );
  expect(await refusal("https://orders.contoso.example/v1.0/items")).toEqual({
    error: "invalid_token",
  });
});
