// Endpoints as the broker spells them and as zccache does. They differ for named pipes only, where the broker leaves the
// prefix out.

import type { RawText } from "../core/raw-text.ts";

const PIPE_PREFIX = "\\\\.\\pipe\\";

/** An endpoint as zccache spells it. */
export function toZccache(endpoint: RawText, platform: NodeJS.Platform = process.platform): RawText {
  if (platform !== "win32" || endpoint.startsWith(PIPE_PREFIX)) return endpoint;
  return PIPE_PREFIX + endpoint;
}

/** An endpoint as the broker spells it. */
export function toBroker(endpoint: RawText, platform: NodeJS.Platform = process.platform): RawText {
  if (platform !== "win32" || !endpoint.startsWith(PIPE_PREFIX)) return endpoint;
  return endpoint.slice(PIPE_PREFIX.length);
}
