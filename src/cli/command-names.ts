// Names that are commands of ours. Every other first argument is a tool to be run: main.ts decides by this list, without
// loading the commands themselves.

/** Each is a command of commands/index.ts or another name of one. */
export const COMMAND_NAMES: ReadonlySet<string> = new Set([
  "analyze",
  "cache",
  "cache-root",
  "clear",
  "crashes",
  "exec",
  "fp",
  "help",
  "inspect",
  "install-servicedef",
  "install-shims",
  "kill",
  "kv",
  "release-handles",
  "replay",
  "session-end",
  "session-start",
  "session-stats",
  "snapshot",
  "start",
  "status",
  "stop",
  "uninstall-shims",
]);
