/** What `withEntra` has prepared in the configuration, as the processes of tests find it. */
import { parseWith, schema, type TypeOf } from "../../core/validation.ts";
import { SERVERS } from "./server-variables.ts";

const serversSchema = schema((z) =>
  z.array(
    z.object({
      /** Which worker's tests it serves, from 0; Playwright's `parallelIndex`. */
      worker: z.int(),
      wayInPort: z.int(),
      clockPort: z.int(),
      /** Where the server answers. */
      origin: z.string(),
      /** `virtual`: it has the clock of the test; `machine`: its time is the machine's. */
      time: z.enum(["virtual", "machine"]),
    }),
  ),
);

/** One server of the configuration. */
export type PreparedServer = TypeOf<typeof serversSchema>[number];

/** Those of this suite, in the order of the configuration. */
export function preparedServers(): readonly PreparedServer[] {
  const text = process.env[SERVERS];
  if (text === undefined) return [];
  return parseWith(serversSchema, JSON.parse(text), { what: SERVERS, code: "bad-usage" });
}

/** Notes them for this process and those that it starts. */
export function prepareServers(servers: readonly PreparedServer[]): void {
  process.env[SERVERS] = JSON.stringify(servers);
}
