// The product's version. The bundler puts package.json's number into the executable.

import manifest from "../../package.json" with { type: "json" };

/** Semantic version, e.g. "0.1.0". */
export const VERSION: string = manifest.version;

/** Protocol number of spec: the `v` of every message. */
export const PROTOCOL = 1;
