/** Time stands still while functions work of which the event loop shows nothing. */
import type { VirtualClock } from "./virtual-clock.ts";
import type { Replace } from "./waits/patching.ts";

/** Puts a hold around every call of these functions that return promises. */
function holdDuring(
  clock: VirtualClock,
  replace: Replace,
  { owner, names }: { readonly owner: object; readonly names: readonly string[] },
): void {
  for (const name of names) {
    const real = Object.getOwnPropertyDescriptor(owner, name)?.value as unknown;
    if (typeof real !== "function") continue;
    replace(
      owner,
      name,
      async function held(this: unknown, ...values: unknown[]): Promise<unknown> {
        const hold = clock.gate.hold();
        try {
          return await (Reflect.apply(real, this, values) as Promise<unknown>);
        } finally {
          hold.release();
        }
      },
    );
  }
}

/** WebCrypto works in the thread pool, WebAssembly is compiled in threads of V8, and a blob may be a file. */
export function holdDuringPromises(clock: VirtualClock, replace: Replace): void {
  const subtle = Object.getPrototypeOf(globalThis.crypto.subtle) as object;
  const ofSubtle = Object.getOwnPropertyNames(subtle).filter((name) => name !== "constructor");
  holdDuring(clock, replace, { owner: subtle, names: ofSubtle });
  holdDuring(clock, replace, {
    owner: WebAssembly,
    names: ["compile", "instantiate", "compileStreaming", "instantiateStreaming"],
  });
  holdDuring(clock, replace, { owner: Blob.prototype, names: ["arrayBuffer", "bytes", "text"] });
}
