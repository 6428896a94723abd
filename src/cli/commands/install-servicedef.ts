// zccache install-servicedef: what a shared broker would be told of our daemon, and whether it could be.

import { describeError } from "../../core/errors.ts";
import { rawFromString, showRaw } from "../../core/raw-text.ts";
import { readBrokerSettings } from "../../sys/environment.ts";
import { pathOf } from "../ask-library.ts";
import { type Command, type CommandInput, type CommandResult, failed } from "../command.ts";

export const installServicedef: Command = {
  name: "install-servicedef",
  aliases: [],
  summary: "tell a shared broker how the daemon is started",
  args: [],
  flags: [
    { name: "daemon-binary", value: "path", summary: "the daemon's executable (default: this one)" },
    { name: "dir", value: "dir", summary: "where the broker looks for definitions" },
  ],
  examples: [["zccache install-servicedef", "checks what it would write; the format is not published yet"]],
  run: install,
};

async function install({ values }: CommandInput): Promise<CommandResult> {
  const { serviceDefinitionDirectory } = await import("../../broker/directories.ts");
  const { definitionFile, notWritten, serviceDefinition } = await import("../../broker/service-definition.ts");
  const [binary] = values.get("daemon-binary") ?? [];
  const [directory] = values.get("dir") ?? [];
  try {
    const { binaryPath, minVersion } = serviceDefinition(
      binary === undefined ? rawFromString(process.execPath) : pathOf(binary),
    );
    const file = definitionFile(
      directory === undefined ? serviceDefinitionDirectory(readBrokerSettings()) : pathOf(directory),
    );
    return failed(notWritten(file), `It would say: version ${minVersion} is served by "${showRaw(binaryPath)}".`);
  } catch (error) {
    return failed(describeError(error));
  }
}
