import { describe, expect, it } from "vitest";
import { createVirtualClock } from "../../core/time/virtual-clock.ts";
import { createRecorder, type Recorder } from "../../history/recorder.ts";
import { createRequest, createResponse } from "../../core/http/message.ts";
import { createAttribution } from "./attribution.ts";

const TOKEN = "https://login.microsoftonline.com/contoso/oauth2/v2.0/token";

function createBench() {
  const recorder: Recorder = createRecorder({
    clock: createVirtualClock({ startMs: 0 }),
    annotate: () => ({ servedBy: "primary", faults: [] }),
  });
  const attribution = createAttribution(recorder);
  const service = attribution.around(
    recorder.watch({
      connect: () => Promise.resolve(),
      handle: () => Promise.resolve(createResponse("", { status: 200, headers: [] })),
    }),
  );
  const causeOf = async (request: Request): Promise<unknown> => {
    await service.handle(request);
    const began = recorder.events.findLast((event) => event.kind === "exchange-began");
    return began?.kind === "exchange-began" ? [began.client, began.operation] : [];
  };
  return { recorder, attribution, causeOf };
}

describe("the cause of a page's request", () => {
  it("is found by the origin of the page when the request names no client", async () => {
    const { attribution, causeOf } = createBench();
    attribution.own("https://spa.contoso.example", "spa-1");
    const discovery = "https://login.microsoftonline.com/common/discovery/instance";
    const from = (origin: string) => createRequest(discovery, { headers: { origin } });
    expect(await causeOf(from("https://spa.contoso.example"))).toEqual(["spa-1", undefined]);
    expect(await causeOf(from("https://other.example"))).toEqual([undefined, undefined]);
  });

  it("is found by the correlation id in the URL, the form or the referring page", async () => {
    const { recorder, attribution, causeOf } = createBench();
    await recorder.causedBy({ operation: 3, client: "spa-1" }, () =>
      Promise.resolve(attribution.claim("aaaa-1")),
    );
    expect(await causeOf(createRequest(`${TOKEN}?client-request-id=aaaa-1`))).toEqual(["spa-1", 3]);
    const body = "grant_type=refresh_token&client-request-id=aaaa-1";
    expect(await causeOf(createRequest(TOKEN, { method: "POST", body }))).toEqual(["spa-1", 3]);
    const headers = { referer: `${TOKEN}?client-request-id=aaaa-1` };
    expect(await causeOf(createRequest(TOKEN, { headers }))).toEqual(["spa-1", 3]);
  });

  it("is found by the client id when no operation claims the correlation id", async () => {
    const { attribution, causeOf } = createBench();
    attribution.own("33333333-cccc", "spa-2");
    const address = `${TOKEN}?client_id=33333333-cccc&client-request-id=bbbb-2`;
    expect(await causeOf(createRequest(address))).toEqual(["spa-2", undefined]);
  });

  it("is unknown without any of them, except for a request with a caller", async () => {
    const { recorder, attribution, causeOf } = createBench();
    expect(await causeOf(createRequest(TOKEN))).toEqual([undefined, undefined]);
    attribution.claim("cccc-3");
    const request = createRequest(`${TOKEN}?client-request-id=cccc-3`);
    expect(await causeOf(request)).toEqual([undefined, undefined]);
    const called = recorder.causedBy({ operation: 1, client: "daemon-1" }, () => causeOf(request));
    expect(await called).toEqual(["daemon-1", 1]);
  });
});
