/** Which requests the front door offers to the backup, and what the client gets. */
import { describe, expect, it } from "vitest";
import { NetworkFault } from "../../core/http/network-fault.ts";
import { createRequest, createResponse, textOfResponse } from "../../core/http/message.ts";
import { createFailover, isServedByBackup, type FailoverParts } from "./failover.ts";

interface Story {
  /** What the primary does: a status, or an error. */
  readonly primary: number | Error;
  /** Whether the backup has an answer, and whether its own answer fails. */
  readonly backup?: "serves" | "has none" | Error;
  readonly isDirect?: boolean;
}

const answer = (text: string, status: number): Response =>
  createResponse(text, { status, headers: [] });

/** What the client gets, whether it is the backup's, and what the backup observed. */
async function ask({ primary, backup = "serves", isDirect = false }: Story) {
  const observed: number[] = [];
  const parts: FailoverParts = {
    primary: {
      connect: () => Promise.resolve(),
      handle: () =>
        primary instanceof Error
          ? Promise.reject(primary)
          : Promise.resolve(answer("primary", primary)),
    },
    backup: {
      observe: async (_, { status }) => void observed.push(status),
      serve: async () => (backup === "has none" ? undefined : answer("backup", 200)),
      refuse: async () => answer("refused", 400),
    },
    isDirect: () => isDirect,
    aroundBackup: (service) =>
      backup instanceof Error ? { ...service, handle: () => Promise.reject(backup) } : service,
  };
  const request = createRequest("https://login.microsoftonline.com/t/oauth2/v2.0/token");
  const got = await createFailover(parts)
    .handle(request)
    .then(textOfResponse, (error: unknown) => error);
  return { got, byBackup: isServedByBackup(request), observed };
}

const lost = new NetworkFault("ECONNRESET", "the connection was reset");
const broken = new Error("a bug");

describe("the front door", () => {
  it.each([200, 400, 429, 499])(
    "passes a %i of the primary on, which the backup observes",
    async (status) => {
      expect(await ask({ primary: status })).toEqual({
        got: "primary",
        byBackup: false,
        observed: [status],
      });
    },
  );

  it.each([500, 503, lost])(
    "offers the failure %s of the primary to the backup",
    async (primary) => {
      expect(await ask({ primary })).toEqual({ got: "backup", byBackup: true, observed: [] });
    },
  );

  it.each(["has none", lost] as const)(
    "returns the primary's own failure when the backup %s",
    async (backup) => {
      const failed = { byBackup: false, observed: [] };
      expect(await ask({ primary: 503, backup })).toEqual({ got: "primary", ...failed });
      expect(await ask({ primary: lost, backup })).toEqual({ got: lost, ...failed });
    },
  );

  it("hides no error that is none of the network", async () => {
    expect((await ask({ primary: broken })).got).toBe(broken);
    expect((await ask({ primary: 503, backup: broken })).got).toBe(broken);
  });

  it("lets the backup refuse what reaches it directly", async () => {
    expect(await ask({ primary: 200, isDirect: true })).toEqual({
      got: "refused",
      byBackup: true,
      observed: [],
    });
  });
});
