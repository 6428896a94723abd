// What a daemon tells the world once it serves: its manifest and its service definition. Failing is never its problem.

import { describeError } from "../core/errors.ts";
import { rawFromString } from "../core/raw-text.ts";
import { VERSION } from "../core/version.ts";
import type { BrokerSettings } from "../sys/environment.ts";
import type { Logger } from "../sys/log.ts";
import { SERVICE } from "./ask-broker.ts";
import { manifestDirectory, serviceDefinitionDirectory } from "./directories.ts";
import { publishManifest, type Roots } from "./manifest.ts";
import { definitionFile, notWritten, serviceDefinition } from "./service-definition.ts";

/** Publishes what can be published, and logs what can't. Doing it again changes nothing but times. */
export function publish(settings: BrokerSettings, roots: Roots, log: Logger): void {
  const step = (what: string, action: () => void): void => {
    try {
      action();
    } catch (error) {
      log.warn("broker", `Cannot publish the ${what}: ${describeError(error)}`);
    }
  };
  step("cache manifest", () => {
    publishManifest(manifestDirectory(settings), { name: SERVICE, version: VERSION }, roots);
  });
  step("service definition", () => {
    const file = definitionFile(serviceDefinitionDirectory(settings));
    serviceDefinition(rawFromString(process.execPath)); // where it could not even be made, there is more to warn of
    log.debug("broker", notWritten(file));
  });
}
