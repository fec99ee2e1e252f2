import { endianness } from "node:os";
import { describe, expect, it } from "vitest";
import { addressIn, keyOf } from "./client-process.ts";

describe.skipIf(endianness() !== "LE")("an address in the kernel's table of sockets", () => {
  it.each([
    ["0100007F:01BB", "127.0.0.1"],
    ["0200407F:01BB", "127.64.0.2"],
    ["0000000000000000FFFF00000100007F:1F90", "127.0.0.1"],
    ["00000000000000000000000001000000:1F90", "::1"],
    ["B80D0120000000000000000001000000:1F90", "2001:db8::1"],
  ])("%s is %s", (entry, address) => {
    expect(addressIn(entry)).toBe(address);
  });
});

describe("the ends of a connection", () => {
  const ends = {
    remoteAddress: "127.0.0.1",
    remotePort: 40_000,
    localAddress: "127.64.0.2",
    localPort: 443,
  };

  it("are others when one port is connected to two addresses", () => {
    expect(keyOf(ends)).not.toBe(keyOf({ ...ends, localAddress: "127.64.0.3" }));
  });

  it("are the same when IPv6 has mapped them", () => {
    const mapped = { remoteAddress: "::ffff:127.0.0.1", localAddress: "::ffff:127.64.0.2" };
    expect(keyOf({ ...ends, ...mapped })).toBe(keyOf(ends));
  });
});
