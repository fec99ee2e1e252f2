/** Watches for device codes, which only the program that asked for one is given. */
import { parseObject } from "../../../core/http/json-object.ts";
import { textOfResponse } from "../../../core/http/message.ts";
import type { Service } from "../../../core/http/service.ts";
import { describeRequest } from "../../../entra/request/endpoint.ts";
import { type AskedFor, askedForBy } from "./sign-in-operation.ts";

/** A code that waits for a person. */
export interface DeviceCode {
  readonly userCode: string;
  readonly verificationUri: string;
  readonly asked: AskedFor;
}

export interface DeviceCodes {
  readonly around: (service: Service) => Service;
  /** Calls the listener with each code from now on, until what it returns is called. */
  readonly listen: (listener: (code: DeviceCode) => void) => () => void;
}

/** Creates the watch, without a listener. */
export function createDeviceCodes(): DeviceCodes {
  const listeners = new Set<(code: DeviceCode) => void>();
  const read = async (request: Request, response: Response): Promise<void> => {
    if (listeners.size === 0 || response.status !== 200) return;
    if ((await describeRequest(request)).endpoint !== "device-code") return;
    const fields = parseObject(await textOfResponse(response)) ?? {};
    const { user_code: userCode, verification_url: ofV1 } = fields;
    const verificationUri = fields["verification_uri"] ?? ofV1;
    if (typeof userCode !== "string" || typeof verificationUri !== "string") return;
    const { asked } = await askedForBy(request);
    for (const listener of listeners)
      listener({ userCode, verificationUri, asked: { ...asked, flow: "device-code" } });
  };
  return {
    around: (service) => ({
      connect: (attempt) => service.connect(attempt),
      async handle(request) {
        const response = await service.handle(request);
        await read(request, response);
        return response;
      },
    }),
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
