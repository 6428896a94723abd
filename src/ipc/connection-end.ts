// What both ends of a connection hand through to the wire as it is.

import type { Peer } from "./connection.ts";
import type { WireConnection } from "./wire-connection.ts";

/** The part of `Connection` that does not depend on what is sent and received. */
export class ConnectionEnd implements Disposable {
  protected readonly wire: WireConnection;

  constructor(wire: WireConnection) {
    this.wire = wire;
  }

  get peer(): Peer {
    return this.wire.peer;
  }

  get receiveTimeout(): number | undefined {
    return this.wire.receiveTimeout;
  }

  get closed(): Promise<void> {
    return this.wire.closed;
  }

  /** True if the peer has closed its end, even if no event has told so yet. */
  hasLeft(): boolean {
    return this.wire.hasLeft();
  }

  flushed(): Promise<void> {
    return this.wire.flushed();
  }

  setReceiveTimeout(milliseconds: number): void {
    this.wire.receiveTimeout = milliseconds;
  }

  clearReceiveTimeout(): void {
    this.wire.receiveTimeout = undefined;
  }

  close(): void {
    this.wire.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
