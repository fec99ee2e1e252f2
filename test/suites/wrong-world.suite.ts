/** A suite whose world has a mistake, outside of every test. */
import { expect, test } from "vitest";
import { createWorld } from "../../harness/index.ts";
import { useEntra } from "../../harness/integrations/vitest.ts";

const world = createWorld({
  tenant: "11111111-aaaa-4aaa-8aaa-000000000001",
  apps: [{ kind: "deamon" as "daemon", clientId: "33333333-cccc-4ccc-8ccc-000000000011" }],
});
const entra = useEntra({ world });

test("is never run", () => {
  expect(entra.requests()).toEqual([]);
});
