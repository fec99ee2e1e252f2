/**
 * PostgreSQL: each query, sync and function call is answered by messages of which the last is
 * ReadyForQuery. https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
import type { Conversation } from "./conversation-shape.ts";

const PROTOCOL_3 = 3;
const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;

/** Codes of an authentication request after which the server goes on by itself: ok, and the last step of SASL. */
const SERVER_GOES_ON = [0, 12];

/** Query, Sync, FunctionCall. */
const QUESTIONS = "QSF";
/** CopyDone, CopyFail; a password or another step of a sign-in. */
const CLIENT_GOES_ON = "cfp";

/** Whether a client begins with a startup message, or asks for encryption first. */
export function isPostgresStart(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return false;
  const [length, version] = [int32At(bytes, 0), int32At(bytes, 4)];
  if (version === SSL_REQUEST || version === GSS_REQUEST) return length === 8;
  return version >> 16 === PROTOCOL_3 && length >= 8 && length <= 10_000;
}

/** A connection from its startup message on. */
export function createPostgresConversation(): Conversation {
  let questions = 0;
  let answers = 0;
  /** The server waits for the client: data to copy, or a step of a sign-in. */
  let isClientsTurn = false;
  /** Before the startup message there may be questions of one byte's answer, whether to encrypt. */
  let isStarted = false;
  let encryption = 0;
  const fromClient = createMessageReader((type) => {
    if (QUESTIONS.includes(type)) questions += 1;
    if (CLIENT_GOES_ON.includes(type)) isClientsTurn = false;
  });
  const fromServer = createMessageReader((type, first) => {
    if (type === "Z") answers += 1;
    // An authentication request; CopyInResponse, CopyBothResponse.
    isClientsTurn = type === "R" ? !SERVER_GOES_ON.includes(first) : type === "G" || type === "W";
  });
  return {
    sent(bytes) {
      if (isStarted) return fromClient(bytes);
      const version = int32At(bytes, 4);
      if (version === SSL_REQUEST || version === GSS_REQUEST) encryption += 1;
      else {
        isStarted = true;
        questions += 1;
      }
    },
    received(bytes) {
      if (!isStarted) encryption = Math.max(0, encryption - bytes.length);
      else fromServer(bytes);
    },
    isOwed: () => encryption > 0 || (questions > answers && !isClientsTurn),
  };
}

/** Bytes of a message before its body: its type, and its length without the type. */
const HEADER_BYTES = 5;

/** Calls `onMessage` with the type and the first number of the body of each message of a stream. */
function createMessageReader(
  onMessage: (type: string, first: number) => void,
): (bytes: Uint8Array) => void {
  let head: number[] = [];
  /** Bytes of the current message that are still to come; undefined while its length is not known. */
  let left: number | undefined;
  return (bytes) => {
    let at = 0;
    while (at < bytes.length || left === 0) {
      if (left === undefined) {
        head.push(bytes[at] ?? 0);
        at += 1;
        if (head.length === HEADER_BYTES)
          left = Math.max(0, int32At(Uint8Array.from(head), 1) - HEADER_BYTES + 1);
      } else if (left > 0) {
        const taken = Math.min(left, bytes.length - at);
        if (head.length < HEADER_BYTES + 4)
          head.push(...bytes.subarray(at, at + Math.min(taken, 4)));
        at += taken;
        left -= taken;
      }
      if (left !== 0) continue;
      onMessage(String.fromCharCode(head[0] ?? 0), int32At(Uint8Array.from(head), HEADER_BYTES));
      head = [];
      left = undefined;
    }
  };
}

/** Zero where there are not enough bytes. */
function int32At(bytes: Uint8Array, at: number): number {
  return bytes.length < at + 4
    ? 0
    : new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getInt32(at);
}
