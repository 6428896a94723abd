import { describe, expect, test } from "bun:test";
import { createLogger, LOG_LEVELS, type LogOptions } from "../../../src/sys/log.ts";

/** Which levels of a component get through. */
function shown(component: string, options: Omit<LogOptions, "write" | "now">): string {
  const lines: string[] = [];
  const log = createLogger({ ...options, write: (line) => lines.push(line) });
  for (const level of LOG_LEVELS) log[level](component, level);
  return lines.map((line) => line.trimEnd().split(": ").at(-1)).join(" ");
}

describe("createLogger()", () => {
  test("writes time, level, component, worker and text on one line [daemon 23]", () => {
    const lines: string[] = [];
    const now = () => new Date(0);
    createLogger({ level: "info", write: (line) => lines.push(line), now }).warn("ipc", "a\nb");
    expect(lines).toEqual(["1970-01-01T00:00:00.000Z WARN  zccache_ipc[0]: a⏎b\n"]);
  });
  test.each([
    ["daemon", "info", undefined, "info warn error"],
    ["daemon", "error", undefined, "error"],
    ["daemon", "info", "", "info warn error"],
    ["daemon", "info", "loud", "info warn error"],
    ["daemon", "info", "warn,=", "info warn error"],
    ["daemon", "info", "debug", "debug info warn error"],
    ["daemon", "info", "zccache_daemon=warn", "warn error"],
    ["daemon", "info", "error,zccache_daemon=trace", "trace debug info warn error"],
    ["daemon", "info", "zccache_ipc=debug", ""],
    ["daemon", "info", "DEBUG", "debug info warn error"],
    // The floor (daemon 23): never below info for these, whatever the expression narrows to.
    ["ipc", "info", "zccache_daemon=warn", "info warn error"],
    ["ipc", "error", undefined, "info warn error"],
    ["ipc", "debug", undefined, "debug info warn error"],
    ["ipc", "info", "zccache_ipc=debug", "debug info warn error"],
  ] as const)("%s under level %s and RUST_LOG=%p shows %p", (...row) => {
    const [component, level, expression, expected] = row;
    expect(shown(component, { level, expression })).toBe(expected);
  });
  test.each([
    "artifact",
    "compiler",
    "core",
    "depgraph",
    "download",
    "fingerprint",
    "fscache",
    "gha",
    "hash",
    "ipc",
    "protocol",
    "symbols",
    "watcher",
  ])("shows %s from info on whatever is asked for, and more where more is [daemon 23]", (component) => {
    expect(shown(component, { level: "error", expression: "zccache_daemon=warn" })).toBe("info warn error");
    expect(shown(component, { level: "debug", expression: undefined })).toBe("debug info warn error");
    expect(shown(component, { level: "info", expression: `zccache_${component}=error` })).toBe("info warn error");
  });
  test("a log that can't be written is nobody's problem", () => {
    const log = createLogger({
      level: "info",
      write: () => {
        throw new Error("disk full");
      },
    });
    expect(() => log.error("daemon", "text")).not.toThrow();
  });
});
