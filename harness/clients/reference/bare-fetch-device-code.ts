/** The device code flow of `bare-fetch`: it polls as RFC 8628 section 3.5 says. */
import type { TokenRequest } from "../client.ts";
import { approveDevice } from "../device-approval.ts";
import { TokenRequestError, type CachedToken, type Wire } from "./bare-fetch-wire.ts";
import type { OpenedBareFetch } from "./opened-bare-fetch.ts";

const SLOWER_BY_MS = 5_000;

/** Signs `request.user` in with a code that the user enters elsewhere; rejects with a `TokenRequestError`. */
export async function signInByDeviceCode(
  wire: Wire,
  request: TokenRequest,
  opened: OpenedBareFetch,
): Promise<CachedToken> {
  const { options, context, has } = opened;
  const { clock } = context;
  const scope = [...request.scopes, "openid profile offline_access"].join(" ");
  const device = await wire.deviceCode(scope);
  void approveDevice(device.verificationUri, device.userCode, request, options, context);
  const expiresAt = clock.now() + device.expiresInMs;
  let intervalMs = device.intervalMs;
  for (;;) {
    await clock.sleep(intervalMs);
    try {
      return await wire.token({ grant_type: "device_code", device_code: device.deviceCode }, {});
    } catch (error) {
      if (!(error instanceof TokenRequestError) || clock.now() >= expiresAt) throw error;
      const isSlowDown = error.code === "slow_down";
      if (isSlowDown) intervalMs += SLOWER_BY_MS;
      const goesOn = isSlowDown || error.transient ? !has("gives-up-polling") : isPending(error);
      if (!goesOn) throw error;
      if (error.transient) intervalMs *= 2;
    }
  }
}

function isPending({ code }: TokenRequestError): boolean {
  return code === "authorization_pending";
}
