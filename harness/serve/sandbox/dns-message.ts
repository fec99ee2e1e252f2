/** The few messages of DNS (RFC 1035) that a name server for A records needs. */

export interface DnsQuestion {
  readonly id: number;
  /** In lower case, without the dot at the end. */
  readonly name: string;
  readonly type: number;
  /** The question as it was sent, which an answer repeats. */
  readonly section: Buffer;
}

/** The type of an IPv4 address. */
export const TYPE_A = 1;

const HEADER_BYTES = 12;

/** The question of a query; undefined for any other message. */
export function parseQuestion(message: Buffer): DnsQuestion | undefined {
  if (message.length < HEADER_BYTES || message.readUInt16BE(4) !== 1) return undefined;
  const isAnswer = (message.readUInt8(2) & 0x80) !== 0;
  if (isAnswer) return undefined;
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (;;) {
    const length = message[at];
    // A pointer has no place in the first name of a message.
    if (length === undefined || length > 63) return undefined;
    at += 1;
    if (length === 0) break;
    labels.push(message.toString("latin1", at, at + length));
    at += length;
  }
  if (message.length < at + 4) return undefined;
  return {
    id: message.readUInt16BE(0),
    name: labels.join(".").toLowerCase(),
    type: message.readUInt16BE(at),
    section: message.subarray(HEADER_BYTES, at + 4),
  };
}

const NO_ERROR = 0x8580;
const NAME_ERROR = 0x8583;

/** The answer to a question: an IPv4 address, nothing of that type, or no such name. */
export function answerTo(
  { id, section }: DnsQuestion,
  answer: { readonly address: string } | "empty" | "no-such-name",
): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(answer === "no-such-name" ? NAME_ERROR : NO_ERROR, 2);
  header.writeUInt16BE(1, 4);
  if (typeof answer === "string") return Buffer.concat([header, section]);
  header.writeUInt16BE(1, 6);
  const record = Buffer.alloc(16);
  // The name of the question, at the end of the header; type A, class IN; no time to live.
  record.writeUInt16BE(0xc00c, 0);
  record.writeUInt16BE(TYPE_A, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt16BE(4, 10);
  answer.address.split(".").forEach((part, index) => record.writeUInt8(Number(part), 12 + index));
  return Buffer.concat([header, section, record]);
}
