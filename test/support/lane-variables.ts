// Setting the variables of the broker lane for a while. They are the process's, so one test after another gets them.

/** All that the lane reads; those that a test does not name are unset for it. */
const LANE_VARIABLES = [
  "RUNNING_PROCESS_DISABLE",
  "RUNNING_PROCESS_FAKE_BACKEND",
  "ZCCACHE_BROKER_CONNECT",
  "ZCCACHE_BROKER_ENDPOINT",
  "XDG_RUNTIME_DIR",
  "RUST_LOG",
] as const;

/** Values by name. */
export type LaneVariables = Partial<Record<(typeof LANE_VARIABLES)[number], string>>;

let last: Promise<unknown> = Promise.resolve();

/** Runs `action` with these variables and no others of the lane, and puts the old ones back. */
export async function withLaneVariables<Result>(
  variables: LaneVariables,
  action: () => Promise<Result>,
): Promise<Result> {
  const turn = last.then(async () => {
    const before = LANE_VARIABLES.map((name) => [name, process.env[name]] as const);
    for (const name of LANE_VARIABLES) put(name, variables[name]);
    try {
      return await action();
    } finally {
      for (const [name, value] of before) put(name, value);
    }
  });
  last = turn.catch(() => {});
  return await turn;
}

function put(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
