// Large contents that several ask for at once are read once: the first runs of a build all ask for the compiler's libraries.

import type { RawText } from "../core/raw-text.ts";

/** A content to be hashed. */
type Sized = { readonly path: RawText; readonly before: { readonly size: bigint } };

// 0.7 ms. To wait for somebody else takes longer than to hash what is smaller.
const SHARED_BYTES = 1n << 20n;

/** Who is hashing what. */
export class SharedHashing {
  readonly #underWay = new Map<RawText, Promise<void>>();

  /**
   * Has `hash` do what nobody is hashing already, and waits for the rest.
   * @returns the rest, of which another has read some content meanwhile. Whether it is the right one is to be judged anew.
   */
  async hash<Item extends Sized>(
    items: readonly Item[],
    hash: (own: readonly Item[]) => Promise<void>,
  ): Promise<readonly Item[]> {
    const others = items.filter(({ path }) => this.#underWay.has(path));
    const waits = others.map(({ path }) => this.#underWay.get(path));
    const own = items.filter(({ path }) => !this.#underWay.has(path));
    const large = own.filter(({ before }) => before.size >= SHARED_BYTES);
    const hashing = hash(own);
    // It is the caller's to fail.
    const whenDone = hashing.catch(() => {});
    for (const { path } of large) this.#underWay.set(path, whenDone);
    try {
      await hashing;
    } finally {
      for (const { path } of large) this.#underWay.delete(path);
    }
    await Promise.all(waits);
    return others;
  }
}
