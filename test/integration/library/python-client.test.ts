// The protocol as another program speaks it: test/support/python-client has only the description and a CBOR library.

import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { STAND_IN_REQUESTS } from "../../../src/ipc/requests.ts";
import { CALLS } from "../../../src/ipc/schemas/calls.ts";
import { repository } from "../../support/built-binary.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { mustRun } from "../../support/run.ts";
import { sandbox } from "../../support/sandbox.ts";

setDefaultTimeout(600_000);

type Outcome = { readonly request: string; readonly failed: string | null; readonly served: boolean };

// The one that Debian's packages are for; another may come first on PATH.
const PYTHON = "/usr/bin/python3";
const CLIENT = join(repository, "test/support/python-client/main.py");
const reason = missingTool(PYTHON) ?? (hasCbor() ? undefined : "python3-cbor2 is not installed");
const requests = [...Object.keys(STAND_IN_REQUESTS), ...Object.keys(CALLS)];

describe.skipIf(reason !== undefined)(titled("a client that shares no code with the daemon", reason), () => {
  const outcomes = new Map<string, Outcome>();

  beforeAll(async () => {
    await using box = sandbox();
    await box.zccache(["start"]);
    const { daemon } = JSON.parse((await box.zccache(["status", "--json"])).stdout);
    const directory = box.tree.at("python");
    mkdirSync(directory);
    const { stdout } = await mustRun([PYTHON, "-B", CLIENT, daemon.endpoint, directory, box.cache], { env: box.env });
    for (const line of stdout.trim().split("\n")) {
      const outcome: Outcome = JSON.parse(line);
      outcomes.set(outcome.request, outcome);
    }
  });

  test.each(requests)("%s does what the protocol says [protocol 1, protocol 5]", (request) => {
    expect(outcomes.get(request)).toEqual({ request, failed: null, served: true });
  });
});

function hasCbor(): boolean {
  return spawnSync(PYTHON, ["-c", "import cbor2"]).status === 0;
}
