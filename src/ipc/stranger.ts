// Who else may connect to our endpoint: a peer that speaks another language, told by its first bytes.

/** As many bytes of a connection tell who it is for. Our shortest frame has as many. */
export const TELLING_BYTES = 5;

/** What the stranger's side can do with the connection. */
export type RawEnd = {
  /** Queues bytes and writes what the kernel takes. */
  sendBytes(bytes: Uint8Array): void;
  flushed(): Promise<void>;
  close(): void;
};

/** Takes over connections that are not meant for us. */
export type Stranger = {
  /** @param head The first five bytes that came. */
  isMeant(head: Uint8Array): boolean;
  /** Gets what has come, and then each further piece; closes the connection in the end. */
  serve(connection: RawEnd): (piece: Uint8Array) => void;
};
