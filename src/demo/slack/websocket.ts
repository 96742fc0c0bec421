import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

/** The server's end of one WebSocket: text in, text out. Source: RFC 6455, without extensions. */
export interface WebSocketEnd {
  send(text: string): void;
  ping(): void;
  close(): void;
}

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const MAX_MESSAGE = 5_000_000;

/** Answers an upgrade request and hands every text message to `onText`. */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  onText: (text: string) => void,
  onClose: () => void,
): WebSocketEnd {
  const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}${GUID}`).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  let pending: Buffer = Buffer.alloc(0);
  let parts: Buffer[] = [];
  const write = (code: number, payload: Buffer) => {
    if (!socket.destroyed) {
      socket.write(frame(code, payload));
    }
  };
  socket.on("data", (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (let one = readFrame(pending); one !== null; one = readFrame(pending)) {
      pending = pending.subarray(one.size);
      if (one.code === PING) {
        write(PONG, one.payload);
      } else if (one.code === CLOSE) {
        write(CLOSE, one.payload);
        socket.end();
      } else if (one.code <= TEXT) {
        parts.push(one.payload);
        if (one.last) {
          const text = Buffer.concat(parts).toString("utf8");
          parts = [];
          onText(text);
        }
      }
    }
    if (pending.length > MAX_MESSAGE) {
      socket.destroy();
    }
  });
  socket.on("error", () => socket.destroy());
  socket.on("close", onClose);
  return {
    send: (text) => write(TEXT, Buffer.from(text)),
    ping: () => write(PING, Buffer.alloc(0)),
    close: () => socket.destroy(),
  };
}

function frame(code: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = length < 126 ? Buffer.from([0x80 | code, length]) : Buffer.alloc(length < 65_536 ? 4 : 10);
  if (length >= 126) {
    head[0] = 0x80 | code;
    head[1] = length < 65_536 ? 126 : 127;
    if (length < 65_536) {
      head.writeUInt16BE(length, 2);
    } else {
      head.writeBigUInt64BE(BigInt(length), 2);
    }
  }
  return Buffer.concat([head, payload]);
}

interface Frame {
  readonly code: number;
  readonly last: boolean;
  readonly payload: Buffer;
  /** Bytes it took. */
  readonly size: number;
}

/** The first whole frame (clients mask theirs), or null while it is still on its way. */
function readFrame(bytes: Buffer): Frame | null {
  const [first, second] = [bytes[0], bytes[1]];
  if (first === undefined || second === undefined) {
    return null;
  }
  const short = second & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const maskAt = 2 + lengthBytes;
  if (bytes.length < maskAt + 4) {
    return null;
  }
  const length =
    lengthBytes === 0 ? short : lengthBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const from = maskAt + 4;
  if (bytes.length < from + length) {
    return null;
  }
  const mask = bytes.subarray(maskAt, from);
  const payload = Buffer.from(bytes.subarray(from, from + length).map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
  return { code: first & 0x0f, last: (first & 0x80) !== 0, payload, size: from + length };
}
