// Contents that were read before, by path: what a stamp is worth as long as it is the same. The memory itself; who may
// be put in and what may be relied on is decided in file-states.ts, and for another process in stamp-scope.ts.

import type { RawText } from "../core/raw-text.ts";
import { BoundedMap } from "../sys/bounded-map.ts";
import type { FileStamp } from "./file-stamp.ts";
import { type DeviceScope, readScope, scopeHolds } from "./stamp-scope.ts";

/** A state that was read under a stamp. */
export type Known = { readonly stamp: FileStamp; readonly state: string };

type Content = {
  readonly known: Known;
  /** Lives of the daemon since one in which it was asked for. */
  idleLives: number;
};

// A content takes about 650 bytes.
const CAPACITY = 300_000;

/** Remembers contents, those first that were asked for lately. */
export class KnownContents {
  /** Changes whenever something new is remembered. */
  changes = 0;
  readonly #contents: BoundedMap<RawText, Content>;
  /** Where each device was found when it was asked for first. */
  readonly #scopes = new Map<bigint, DeviceScope | undefined>();

  constructor(capacity: number = CAPACITY) {
    this.#contents = new BoundedMap(capacity);
  }

  get size(): number {
    return this.#contents.size;
  }

  get(path: RawText): Known | undefined {
    const content = this.#contents.get(path);
    if (content === undefined) return undefined;
    content.idleLives = 0;
    return content.known;
  }

  /** Remembers what was just read; its stamp must be one that is worth it. */
  set(path: RawText, known: Known): void {
    this.#put(path, { known, idleLives: 0 });
  }

  /** Remembers what an earlier process knew. What is known already stays: it is not older. */
  adopt(path: RawText, content: Content): void {
    if (this.#contents.get(path) === undefined) this.#put(path, content);
  }

  /** Forgets what lies on mounts that are not there any more: a stamp there may mean another file by now. */
  forgetUnmounted(): void {
    const lost = new Set<bigint>();
    for (const [device, scope] of this.#scopes) if (scope === undefined || !scopeHolds(scope)) lost.add(device);
    if (lost.size === 0) return;
    for (const device of lost) this.#scopes.delete(device);
    for (const [path, { known }] of this.#contents.entries())
      if (lost.has(known.stamp.dev)) this.#contents.delete(path);
  }

  /** Where the device of `path` is mounted, the same object as long as that holds; undefined where it can't be told. */
  scopeOf(path: RawText, device: bigint): DeviceScope | undefined {
    if (!this.#scopes.has(device)) this.#scopes.set(device, readScope(path, device));
    return this.#scopes.get(device);
  }

  delete(path: RawText): void {
    this.#contents.delete(path);
  }

  /** All contents, by path; one may come twice. */
  entries(): Iterable<[RawText, Content]> {
    return this.#contents.entries();
  }

  /** Devices whose contents another process may rely on: those that have been mounted all the time. */
  lastingDevices(): DeviceScope[] {
    return [...this.#scopes.values()].filter((scope) => scope !== undefined).filter(scopeHolds);
  }

  #put(path: RawText, content: Content): void {
    this.scopeOf(path, content.known.stamp.dev);
    this.#contents.set(path, content);
    this.changes += 1;
  }
}
