/**
 * Chance in one document, by the run's seed. Sent to the browser as text (see
 * `page-agent.ts`), so it may use nothing but what is inside the function.
 */

/** Puts a seeded generator in place of `Math.random` and of what WebCrypto draws. */
export function installPageChance(seed: number, nowMs: number): void {
  // Mulberry32; two documents of one instant differ by their address, name and opener.
  let state = seed;
  const birth = `${nowMs} ${location.href} ${window.name} ${String(window.opener !== null)}`;
  for (const letter of birth) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 16_777_619);
  const draw = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return (word ^ (word >>> 14)) >>> 0;
  };
  const fill = <T extends ArrayBufferView>(array: T): T => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = draw() & 255;
    return array;
  };
  Object.assign(Math, { random: () => draw() / 4_294_967_296 });
  const draws = {
    getRandomValues: fill,
    randomUUID: () => {
      const bytes = fill(new Uint8Array(16));
      bytes[6] = ((bytes[6] ?? 0) & 15) | 64;
      bytes[8] = ((bytes[8] ?? 0) & 63) | 128;
      const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    },
  };
  for (const [name, value] of Object.entries(draws))
    Object.defineProperty(crypto, name, { value, configurable: true, writable: true });
}
