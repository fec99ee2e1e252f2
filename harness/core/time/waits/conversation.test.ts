import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createConversation } from "./conversation.ts";
import type { Conversation } from "./conversation-shape.ts";

function bench() {
  let nowMs = 0;
  const conversation = createConversation(() => nowMs);
  return {
    conversation,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

const say = (who: "sent" | "received", conversation: Conversation, text: string): void =>
  conversation[who](Buffer.from(text, "latin1"));

/** `text` in pieces that end at these places. */
function inPieces(text: string, cuts: readonly number[]): readonly string[] {
  const places = [0, ...cuts.map((cut) => cut % text.length), text.length].toSorted(
    (a, b) => a - b,
  );
  return places.slice(1).map((end, index) => text.slice(places[index], end));
}

describe("a conversation in a protocol that is not known", () => {
  it("waits for a greeting, for an answer, and a moment for its rest", () => {
    const { conversation, pass } = bench();
    expect(conversation.isOwed()).toBe(true);
    say("received", conversation, "220 hello");
    expect(conversation.isOwed()).toBe(true);
    pass(10);
    expect(conversation.isOwed()).toBe(false);
    say("sent", conversation, "HELO");
    pass(1_000);
    expect(conversation.isOwed()).toBe(true);
    say("received", conversation, "2");
    pass(10);
    expect(conversation.isOwed()).toBe(false);
  });
});

const get = "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n";

describe("a conversation with Redis", () => {
  const replies = [
    "+OK\r\n",
    "-ERR no\r\n",
    ":12\r\n",
    "$-1\r\n",
    "$0\r\n\r\n",
    "$5\r\na\r\n:1\r\n",
    "*-1\r\n",
    "*0\r\n",
    "*2\r\n*1\r\n$1\r\nx\r\n:3\r\n",
    "%1\r\n+key\r\n*2\r\n:1\r\n#t\r\n",
    "_\r\n",
    ",1.5\r\n",
    "=7\r\ntxt:abc\r\n",
    "~1\r\n(123\r\n",
  ];

  it("is over with the last byte of the last reply, in however many pieces it comes", () => {
    const some = fc.array(fc.constantFrom(...replies), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(some, fc.array(fc.nat(), { maxLength: 8 }), (list, cuts) => {
        const { conversation } = bench();
        for (const piece of inPieces(get.repeat(list.length), [])) say("sent", conversation, piece);
        const text = list.join("");
        for (const piece of inPieces(text.slice(0, -1), cuts)) {
          say("received", conversation, piece);
          expect(conversation.isOwed()).toBe(true);
        }
        say("received", conversation, text.slice(-1));
        expect(conversation.isOwed()).toBe(false);
      }),
    );
  });

  it("takes a message to a subscriber for no reply", () => {
    const { conversation } = bench();
    say("sent", conversation, get);
    say("received", conversation, ">2\r\n+message\r\n+hello\r\n");
    expect(conversation.isOwed()).toBe(true);
    say("received", conversation, "+OK\r\n");
    say("received", conversation, "*3\r\n+message\r\n+news\r\n+hello\r\n");
    say("sent", conversation, get);
    expect(conversation.isOwed()).toBe(true);
  });
});

function message(type: string, body: string): string {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return `${type}${length.toString("latin1")}${body}`;
}

const startup = message("", "\0\x03\0\0user\0me\0\0");
const ready = message("Z", "I");

describe("a conversation with PostgreSQL", () => {
  it("is over when the server is ready for the next query, in however many pieces it says so", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 8 }), (cuts) => {
        const { conversation } = bench();
        say("sent", conversation, startup);
        const text = `${message("R", "\0\0\0\0")}${message("S", "a\0b\0")}${ready}`;
        for (const piece of inPieces(text.slice(0, -1), cuts)) {
          say("received", conversation, piece);
          expect(conversation.isOwed()).toBe(true);
        }
        say("received", conversation, text.slice(-1));
        expect(conversation.isOwed()).toBe(false);
        for (const piece of inPieces(message("Q", "select 1\0") + message("S", ""), cuts))
          say("sent", conversation, piece);
        say("received", conversation, message("D", "row") + ready);
        expect(conversation.isOwed()).toBe(true);
        say("received", conversation, ready);
        expect(conversation.isOwed()).toBe(false);
      }),
    );
  });

  it("is the client's turn when the server asks for a password or for data to copy", () => {
    const { conversation } = bench();
    say("sent", conversation, startup);
    say("received", conversation, message("R", "\0\0\0\x03"));
    expect(conversation.isOwed()).toBe(false);
    say("sent", conversation, message("p", "secret\0"));
    expect(conversation.isOwed()).toBe(true);
    say("received", conversation, message("R", "\0\0\0\0") + ready);
    expect(conversation.isOwed()).toBe(false);
    say("sent", conversation, message("Q", "copy t from stdin\0"));
    say("received", conversation, message("G", "\0\0\0"));
    expect(conversation.isOwed()).toBe(false);
    say("sent", conversation, message("d", "row") + message("c", ""));
    expect(conversation.isOwed()).toBe(true);
    say("received", conversation, message("C", "COPY 1\0") + ready);
    expect(conversation.isOwed()).toBe(false);
  });

  it("waits for one byte when it asks whether to encrypt", () => {
    const { conversation } = bench();
    say("sent", conversation, "\0\0\0\x08\x04\xd2\x16\x2f");
    expect(conversation.isOwed()).toBe(true);
    say("received", conversation, "N");
    expect(conversation.isOwed()).toBe(false);
    say("sent", conversation, startup);
    expect(conversation.isOwed()).toBe(true);
  });
});
