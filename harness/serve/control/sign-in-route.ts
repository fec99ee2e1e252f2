/** A person of the world signs in to a program: to a web app, or by a device code. */
import { nonEmptyString } from "../../core/common-schemas.ts";
import { HarnessError } from "../../core/errors.ts";
import { afterMachineMs } from "../../core/time/machine-timer.ts";
import { expecting, schema } from "../../core/validation.ts";
import type { Served } from "../served-simulation.ts";
import { refuseOnUpstream, withBody } from "./route.ts";

/** As long a program may take to ask for a device code and then for its token. */
const DEVICE_MS = 120_000;

const signInBody = schema((z) =>
  z.strictObject({
    /** UPN or short name. */
    person: nonEmptyString(),
    /** Where a web app sends people to sign in, or `device`: the person enters the next device code. */
    at: z
      .string({ error: expecting('an address of the app, or "device"') })
      .regex(/^(?:device|https?:\/\/\S+)$/),
  }),
);

/** `POST /sign-ins`; it answers when the person is signed in. */
export const signInRoute = withBody({
  method: "POST",
  path: "/sign-ins",
  summary:
    "A person signs in: at the address of a web app, or by entering the next device code that a program asks for. Answers when they are signed in.",
  body: signInBody,
  async handle({ person, at }, _request, { supervisor }) {
    refuseOnUpstream(supervisor, "the people");
    const served = supervisor.current();
    if (at === "device") {
      await served.live.signIn(person, () => untilDeviceToken(served));
      return { json: { signedIn: person } };
    }
    const { url, status } = await served.live.signIn(person, at);
    return { json: { signedIn: person, url, status } };
  },
});

/** Resolves when a device code is redeemed from now on. */
function untilDeviceToken({ live }: Served): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = new Set<number>();
    const cancel = afterMachineMs(DEVICE_MS, () => {
      stop();
      reject(
        new HarnessError("not-signed-in", "no program has redeemed a device code in two minutes", {
          place: "sign-ins",
          hint: "Start the program at the same time, and let it wait for the person.",
        }),
      );
    });
    const stop = live.recorder.listen((event) => {
      if (event.kind === "exchange-began" && event.grant === "device_code")
        asked.add(event.exchange);
      if (event.kind !== "exchange-ended" || !asked.has(event.exchange)) return;
      if (event.issued?.token === undefined) return;
      stop();
      cancel();
      resolve();
    });
  });
}
