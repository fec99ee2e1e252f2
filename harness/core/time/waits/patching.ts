/** Puts functions in place of others for a while. */

/** Sets a property, as `installClock` does, so that it is put back with the clock. */
export type Replace = (target: object, name: string | symbol, value: unknown) => void;

/** The same for a property that is computed each time it is read. */
export type ReplaceGetter = (
  target: object,
  name: string | symbol,
  get: (this: never) => unknown,
) => void;

type Method = (this: never, ...values: never[]) => unknown;

/** Calls `before` with the receiver and the arguments ahead of a method, also of an inherited one. */
export function callBefore<Receiver extends object>(
  replace: Replace,
  prototype: Receiver,
  {
    method,
    before,
  }: {
    readonly method: string;
    readonly before: (receiver: Receiver, values: readonly unknown[]) => void;
  },
): void {
  const real = Reflect.get(prototype, method) as Method;
  replace(prototype, method, function (this: Receiver, ...values: unknown[]): unknown {
    before(this, values);
    return Reflect.apply(real, this, values);
  });
}
