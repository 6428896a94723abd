// Environment blocks, parsed once: a build sends the same one with every compile.

import { type Environment, parseEnvironment } from "../key/environment.ts";
import { BoundedMap } from "../sys/bounded-map.ts";

// Some kilobytes each; parallel builds and recursive makes have a few.
const KEPT = 512;

/** Parsed environments. Equal blocks give the same object as long as it is kept. */
export class Environments {
  readonly #known = new BoundedMap<string, Environment>(KEPT);

  /** The variables in an environ block (proc(5)). */
  parse(block: Uint8Array): Environment {
    const digest = new Bun.CryptoHasher("sha256").update(block).digest("latin1");
    const known = this.#known.get(digest);
    if (known !== undefined) return known;
    const environment = parseEnvironment(block);
    this.#known.set(digest, environment);
    return environment;
  }
}
