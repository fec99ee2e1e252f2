/** A suite whose msw server was not handed over. */
// oxlint-disable vitest/expect-expect -- these tests fail before they could expect anything
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, beforeAll, test } from "vitest";
import { useEntra } from "../../harness/integrations/vitest.ts";

const server = setupServer(http.get("https://api.example.com/", () => HttpResponse.json({})));
beforeAll(() => server.listen());
afterAll(() => server.close());
useEntra();

test("a second server", () => undefined);
