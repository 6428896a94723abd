// Builds one project of the table again and again, in fresh copies at the same path, with and without zccache.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Environment, type Finished, mustRun, run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import type { Place, Steps } from "./build-steps.ts";
import { type Build, buildProject, freshCopy, withoutTimes } from "./project-build.ts";
import { StartCounter, type Starts } from "./project-starts.ts";
import type { Project } from "./projects.ts";

/** One build with all that must not depend on a cache. */
export type Round = Build & {
  /** Content of the files that `prepare` left its findings in, by name. */
  readonly conclusions: Readonly<Record<string, string>>;
  readonly fresh: Finished;
  /** What the build tool starts whenever it looks around, before it has anything to do. */
  readonly probes: Starts;
  readonly dependencies: readonly string[];
  /** What zccache says of the calls that were run as they are, by reason. */
  readonly rest: Reasons;
  readonly prepareRest: Reasons;
};

/** A source changed in a built tree and put back. */
export type Edited = { readonly changed: Round; readonly restored: Round };

/** Calls by reason. */
export type Reasons = Readonly<Record<string, number>>;

/** Compilers by what the table says. */
export const COMPILERS = { gcc: { C: "gcc", "C++": "g++" }, clang: { C: "clang", "C++": "clang++" } } as const;

const OTHER_TOOLS = ["cc", "ar", "ld", "objcopy", "ranlib", "strip"];

/** Where one project is built. */
export class Stage {
  readonly box: Sandbox = sandbox();
  readonly #project: Project;
  readonly #source: string;
  readonly #counter: StartCounter;
  readonly #bare: Environment;
  readonly #shims: string;

  private constructor(project: Project, source: string) {
    this.#project = project;
    this.#source = source;
    this.#shims = this.box.tree.at("shims");
    const clang = project.compiler === "clang";
    this.#counter = new StartCounter(this.box.tree.path, { driver: this.box.counter, clang });
    const path = [...this.#counter.directories, this.box.env["PATH"]].join(":");
    this.#bare = { ...this.box.env, ...project.variables, PATH: path };
  }

  static async create(project: Project, source: string): Promise<Stage> {
    const stage = new Stage(project, source);
    const names = [...Object.values(COMPILERS[project.compiler]), ...OTHER_TOOLS];
    await mustRun([stage.box.binary, "install-shims", stage.#shims, ...names], { env: stage.#bare });
    return stage;
  }

  /** What the build tool says when nothing is left to do. */
  get freshAnswer(): string {
    return this.#steps(false).freshAnswer;
  }

  /** Whether the build tool keeps dependencies of its own. */
  get recordsDependencies(): boolean {
    return this.#steps(false).dependencies !== undefined;
  }

  /** Builds in a fresh copy, through zccache or without. */
  async round(cached: boolean): Promise<Round> {
    const { tree } = this.#place(cached);
    const env = this.#environment(cached);
    const { prepare, conclusions } = this.#steps(cached);
    await freshCopy(this.#source, tree);
    const before = await this.#reasons(cached);
    if (prepare !== undefined) await mustRun(prepare, { cwd: tree, env });
    const prepareRest = difference(before, await this.#reasons(cached));
    const read = (name: string): string =>
      readFileSync(join(tree, name), "latin1").replaceAll(env["PATH"] ?? "", "PATH");
    const round = await this.#build(cached);
    return { ...round, prepareRest, conclusions: Object.fromEntries(conclusions.map((name) => [name, read(name)])) };
  }

  /** Builds once more where `round` has just built: with one more line in `file`, and with the old content. */
  async edit(file: string, cached: boolean): Promise<Edited> {
    const path = join(this.#place(cached).tree, file);
    const content = readFileSync(path, "latin1");
    // The line numbers in every dependent's debug information change.
    writeFileSync(path, `/* changed */\n${content}`, "latin1");
    const changed = await this.#build(cached);
    writeFileSync(path, content, "latin1");
    return { changed, restored: await this.#build(cached) };
  }

  async #build(cached: boolean): Promise<Round> {
    const { tree } = this.#place(cached);
    const env = this.#environment(cached);
    const steps = this.#steps(cached);
    const before = await this.#reasons(cached);
    const build = await buildProject(this.#counter, { tree, command: steps.build, env });
    const rest = difference(before, await this.#reasons(cached));
    this.#counter.take();
    const fresh = await run(steps.fresh, { cwd: tree, env });
    return {
      ...build,
      rest,
      prepareRest: {},
      conclusions: {},
      fresh,
      probes: this.#counter.take(),
      dependencies: await this.#dependencies(steps, env),
    };
  }

  #steps(cached: boolean): Steps {
    return this.#project.steps(this.#place(cached));
  }

  #place(cached: boolean): Place {
    const launcher = cached && this.#project.entrance === "launcher" ? this.box.binary : undefined;
    const compiler = COMPILERS[this.#project.compiler][this.#project.language];
    const archivers = cached ? this.#shims : this.#counter.archivers;
    return { tree: this.box.tree.at("project"), compiler, launcher, archivers };
  }

  #environment(cached: boolean): Environment {
    if (!cached || this.#project.entrance === "launcher") return this.#bare;
    return { ...this.#bare, PATH: `${this.#shims}:${this.#bare["PATH"]}` };
  }

  /** Of all calls so far, once the last results are filed, which is done behind the build's back. */
  async #reasons(cached: boolean): Promise<Reasons> {
    if (!cached) return {};
    await mustRun([this.box.binary, "start"], { env: this.#bare });
    // clang's follow after its libraries have been hashed.
    for (let before = -1; ; await Bun.sleep(1500)) {
      const { daemon } = await this.#status();
      const now = daemon.total_compilations + daemon.total_links;
      if (now === before) return daemon.non_cacheable_reasons;
      before = now;
    }
  }

  async #status(): Promise<Status> {
    const { stdout } = await mustRun([this.box.binary, "status", "--json"], { env: this.#bare });
    return JSON.parse(stdout);
  }

  async #dependencies(steps: Steps, env: Environment): Promise<readonly string[]> {
    if (steps.dependencies === undefined) return [];
    const { stdout } = await mustRun(steps.dependencies, { env });
    return withoutTimes(stdout);
  }
}

type Status = {
  readonly daemon: {
    readonly total_compilations: number;
    readonly total_links: number;
    readonly non_cacheable_reasons: Reasons;
  };
};

/** Calls between two looks; reasons without any are left out. */
function difference(before: Reasons, after: Reasons): Reasons {
  const counts = Object.entries(after).map(([word, count]): [string, number] => [word, count - (before[word] ?? 0)]);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}
