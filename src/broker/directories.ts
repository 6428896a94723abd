// Where a broker looks for what services publish: one directory for manifests, one for definitions.

import { ZccacheError } from "../core/errors.ts";
import { absolutePath, type RawText, rawFromString } from "../core/raw-text.ts";
import type { BrokerSettings } from "../sys/environment.ts";

type Directories = Pick<BrokerSettings, "home" | "dataHome" | "configHome" | "manifestDir" | "serviceDefinitionDir">;

/** Directory of cache manifests. @throws {ZccacheError} `BROKER` where no variable tells. */
export function manifestDirectory({ manifestDir, dataHome, home }: Directories): RawText {
  return fromVariables({ chosen: manifestDir, base: dataHome, below: "manifests" }, home, ".local/share");
}

/** Directory of service definitions. @throws {ZccacheError} `BROKER` where no variable tells. */
export function serviceDefinitionDirectory({ serviceDefinitionDir, configHome, home }: Directories): RawText {
  return fromVariables({ chosen: serviceDefinitionDir, base: configHome, below: "services" }, home, ".config");
}

type Choice = { readonly chosen: RawText | undefined; readonly base: RawText | undefined; readonly below: string };

function fromVariables({ chosen, base, below }: Choice, home: RawText | undefined, usual: string): RawText {
  if (chosen !== undefined) return absolutePath(chosen, rawFromString(process.cwd()));
  // A relative path in a variable of that kind is to be ignored (XDG Base Directory Specification).
  if (base?.startsWith("/") === true) return `${base}/running-process/${below}`;
  if (home?.startsWith("/") === true) return `${home}/${usual}/running-process/${below}`;
  throw new ZccacheError("BROKER", `Cannot tell the directory of ${below}: HOME is not set`);
}
