/** A test that another file has under the same title, and that is tried twice. */
import { expect, test } from "vitest";
import { useEntra } from "../../harness/integrations/vitest.ts";

const entra = useEntra({ journals: process.env["JOURNALS"] ?? "" });

test("fails", { retry: 1 }, () => {
  expect(entra).toHaveRequested("token", { times: 1 });
});
