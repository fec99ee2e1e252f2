import { describe, expect, it } from "vitest";
import { answerTo, parseQuestion, TYPE_A } from "./dns-message.ts";

/** A query as glibc sends it, with recursion desired. */
function query(name: string, type = TYPE_A): Buffer {
  const labels = name.split(".").flatMap((label) => [label.length, ...Buffer.from(label)]);
  return Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, type, 0, 1]);
}

const asked = () => {
  const question = parseQuestion(query("Login.MicrosoftOnline.com"));
  if (question === undefined) throw new Error("no question");
  return question;
};

describe("a message of DNS", () => {
  it("is read as a question, in lower case", () => {
    expect(asked()).toMatchObject({ id: 0x1234, name: "login.microsoftonline.com", type: TYPE_A });
  });

  it("is answered by an address that no one may keep", () => {
    const answer = answerTo(asked(), { address: "127.64.0.2" });
    expect(answer.readUInt16BE(0)).toBe(0x1234);
    // One answer, of type A and class IN, with no time to live.
    expect(answer.readUInt16BE(6)).toBe(1);
    expect([...answer.subarray(-16)]).toEqual([
      0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 64, 0, 2,
    ]);
  });

  it("is answered by no such name, or by nothing of that type", () => {
    const codeOf = (answer: Buffer) => answer.readUInt8(3) & 0x0f;
    expect(codeOf(answerTo(asked(), "no-such-name"))).toBe(3);
    expect(codeOf(answerTo(asked(), "empty"))).toBe(0);
    expect(answerTo(asked(), "empty").readUInt16BE(6)).toBe(0);
  });

  it.each([
    ["an answer", Buffer.from([0, 0, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1])],
    ["one that is cut off", query("login.microsoftonline.com").subarray(0, 20)],
    ["one whose name never ends", Buffer.from([0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 9, 97])],
    ["one with a pointer for a name", Buffer.from([0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12])],
    ["nothing", Buffer.alloc(0)],
  ])("is no question when it is %s", (_title, message) => {
    expect(parseQuestion(message)).toBeUndefined();
  });
});
