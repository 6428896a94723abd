// What a test does where the machine lacks something: it is skipped, and its title says why (test/run.ts shows it).

/** Why a test cannot run here, e.g. "ninja is not installed"; undefined if all these programs are on PATH. */
export function missingTool(...names: readonly string[]): string | undefined {
  const name = names.find((candidate) => Bun.which(candidate) === null);
  return name === undefined ? undefined : `${name} is not installed`;
}

/** Title with the reason appended where there is one, for `describe.skipIf(reason !== undefined)(titled(...))`. */
export function titled(title: string, reason: string | undefined): string {
  return reason === undefined ? title : `${title} [skipped: ${reason}]`;
}
