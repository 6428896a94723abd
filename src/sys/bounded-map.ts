// A map that forgets what was not asked for lately.

/**
 * Keeps entries up to a total weight. Two generations instead of a list in order of use: a look-up writes nothing
 * unless the entry is of the older one, and forgetting is dropping a map.
 */
export class BoundedMap<Key, Value> {
  readonly #half: number;
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();
  #youngWeight = 0;
  readonly #weigh: (value: Value) => number;

  /** @param capacity Upper bound of the total weight. @param weigh Weight of a value; 1 each unless given. */
  constructor(capacity: number, weigh: (value: Value) => number = () => 1) {
    this.#half = capacity / 2;
    this.#weigh = weigh;
  }

  /** The value under `key`, which counts as used now. */
  get(key: Key): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  /** Sets a value. One heavier than half the capacity is kept until the next one comes. */
  set(key: Key, value: Value): void {
    const weight = this.#weigh(value);
    const before = this.#young.get(key);
    this.#youngWeight += weight - (before === undefined ? 0 : this.#weigh(before));
    if (this.#youngWeight > this.#half) {
      this.#old = this.#young;
      this.#old.delete(key);
      this.#young = new Map();
      this.#youngWeight = weight;
    } else {
      this.#old.delete(key);
    }
    this.#young.set(key, value);
  }

  delete(key: Key): void {
    const young = this.#young.get(key);
    if (young !== undefined) this.#youngWeight -= this.#weigh(young);
    this.#young.delete(key);
    this.#old.delete(key);
  }

  /** All entries, which do not count as used by that. One that is used while this goes on may come twice. */
  *entries(): Generator<[Key, Value]> {
    const young = this.#young;
    yield* this.#old;
    yield* young;
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
    this.#youngWeight = 0;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }
}
