// One scene for both clients: the same call of one and of the other, under the same names, before the same daemon.

import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "../../support/run.ts";
import { CLIENTS } from "../client/clients.ts";
import type { Behaviour, FakeDaemon } from "../client/fake-daemon.ts";
import { clientScene, type Scene } from "../client/scene.ts";

/** Says how it was called, hands standard input on, and ends with 6. */
const NOTES = '#!/bin/sh\nprintf "%s|" "$0" "$@"; printf "[%s]" "$GIVEN" >&2; cat; exit 6\n';

/** A directory whose name a shell has to quote. */
export const ODD_DIRECTORY = "a \n \\ directory";

/** A scene whose stand-ins can be either client. Has `tools/gcc` and `other/gcc`, and the program `odd-caller`. */
export class SharedScene implements Disposable {
  readonly scene: Scene = clientScene({ "tools/gcc": NOTES, "other/gcc": NOTES });

  /** To be called once; compiles odd-caller.c. */
  async prepare(): Promise<void> {
    mkdirSync(this.scene.tree.at(ODD_DIRECTORY));
    this.scene.standIn("shims/zccache");
    await mustRun(["gcc", "-o", this.scene.tree.at("odd-caller"), join(import.meta.dir, "odd-caller.c")]);
  }

  /** Has the stand-ins be this executable. */
  use(binary: string): void {
    for (const name of ["shims/gcc", "shims/zccache"]) {
      rmSync(this.scene.tree.at(name));
      symlinkSync(binary, this.scene.tree.at(name));
    }
  }

  /** The same call of both clients: what each one sends, and what `call` makes of it. The stub is the first. */
  async both<Result>(
    behave: Behaviour,
    call: () => Promise<Result>,
  ): Promise<{ readonly sent: readonly FakeDaemon[]; readonly results: readonly Result[] }> {
    const sent: FakeDaemon[] = [];
    const results: Result[] = [];
    for (const [, binary] of CLIENTS) {
      this.use(binary);
      using daemon = this.scene.daemon(behave);
      results.push(await call());
      sent.push(daemon);
    }
    return { sent, results };
  }

  [Symbol.dispose](): void {
    this.scene[Symbol.dispose]();
  }
}
