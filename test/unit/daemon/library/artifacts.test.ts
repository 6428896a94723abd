import { expect, test } from "bun:test";
import { chmodSync, globSync, writeFileSync } from "node:fs";
import { artifactHandlers } from "../../../../src/daemon/library/artifacts.ts";
import type { CallContext, Handlers } from "../../../../src/daemon/library/handlers.ts";
import { createSpool } from "../../../../src/daemon/spool.ts";
import type { CallRequest } from "../../../../src/ipc/schemas/calls.ts";
import { openStore } from "../../../../src/store/open-store.ts";
import { createPool } from "../../../../src/workers/pool.ts";
import { fileTree, type TemporaryTree } from "../../../support/file-tree.ts";

type Outputs = CallRequest<"Store">["artifact"]["outputs"];
type Scene = { tree: TemporaryTree; handlers: Handlers<"Lookup" | "Store" | "ListRustArtifacts"> };

// None of these calls looks at who asks.
const CONTEXT = {} as CallContext;

async function withHandlers(act: (scene: Scene) => Promise<void>): Promise<void> {
  using tree = fileTree({ file: "file" });
  await using store = openStore(tree.path);
  await using pool = createPool(0);
  await act({ tree, handlers: artifactHandlers({ store, pool, spool: createSpool(tree.path) }) });
}

async function store({ handlers }: Scene, outputs: Outputs, exit_code = 0): Promise<string> {
  const none = new Uint8Array();
  const artifact = { outputs, stdout: none, stderr: none, exit_code };
  try {
    return (await handlers.Store({ type: "Store", cache_key: "ab", artifact }, CONTEXT)).result;
  } catch (error) {
    return String(error);
  }
}

async function lookUp({ handlers }: Scene) {
  return await handlers.Lookup({ type: "Lookup", cache_key: "ab" }, CONTEXT);
}

function named(name: string, content = "content"): Outputs[number] {
  return { name, payload: { bytes: Buffer.from(content) } };
}

test("Store keeps the first value, of stores at the same time, too", async () => {
  await withHandlers(async (scene) => {
    const codes = [0, 1, 2, 3];
    const results = await Promise.all(codes.map((code) => store(scene, [named("x", `${code}`)], code)));
    expect(results.sort()).toEqual([...Array(3).fill("AlreadyExists"), "Stored"]);
    const first = await lookUp(scene);
    expect(await store(scene, [])).toBe("AlreadyExists");
    expect(await lookUp(scene)).toEqual(first);
  });
});

test.each(["", ".", "..", "../x", "/x", "a/b", "a\\b", "a\0b"])("Store refuses the name %j", async (name) => {
  await withHandlers(async (scene) => {
    expect(await store(scene, [named("good"), named(name)])).toContain("names are without separators");
    expect((await lookUp(scene)).result).toBe("Miss");
    expect(globSync(scene.tree.at("store-*/tmp/*"))).toEqual([]);
  });
});

test("Store takes names with dots in them, and refuses relative paths and ones that are no file", async () => {
  await withHandlers(async (scene) => {
    for (const path of ["file", "./file", "", scene.tree.at("none"), scene.tree.path]) {
      expect(await store(scene, [{ name: "x", payload: { path } }])).toContain(`Cannot store "${path}"`);
    }
    const path = scene.tree.at("file");
    expect(await store(scene, [named("..a"), named("a..b"), { name: "x", payload: { path } }])).toBe("Stored");
  });
});

test("Lookup gives no damaged object", async () => {
  await withHandlers(async (scene) => {
    await store(scene, [named("x")]);
    const [object = ""] = globSync(scene.tree.at("store-*/objects/??/*"));
    chmodSync(object, 0o600);
    writeFileSync(object, "CONTENT");
    expect((await lookUp(scene)).result).toBe("Miss");
    expect(await store(scene, [named("x")])).toBe("Stored");
  });
});
