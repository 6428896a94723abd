// A place to deliver to, for tests.

import { readdirSync, readFileSync } from "node:fs";
import type { Entry, StoredOutput } from "../../../src/core/entry.ts";
import { copyVerified } from "../../../src/deliver/copy-verified.ts";
import type { DeliveryOptions } from "../../../src/deliver/deliver.ts";
import { xxh64 } from "../../../src/sys/xxh64.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { digestOf, sampleEntry } from "../../support/store-samples.ts";

/** A build directory `b`, and objects in `o` which are the outputs of one entry. */
export class DeliveryBench implements Disposable {
  readonly tree: TemporaryTree = fileTree({ "b/.keep": "", "o/.keep": "" });
  readonly outputs: StoredOutput[] = [];
  /** Large outputs so far. */
  copied = 0;
  readonly options: DeliveryOptions = {
    umask: 0o022,
    objectPath: (digest) => this.objectPath(digest),
    copyLarge: async (copy) => {
      this.copied++;
      return copyVerified(copy);
    },
  };

  add(role: StoredOutput["role"], content: string, more: Partial<StoredOutput> = {}): void {
    const digest = digestOf(content);
    this.tree.write({ [`o/${digest}`]: content });
    const [size, check] = [content.length, xxh64(Buffer.from(content))];
    this.outputs.push({ role, name: undefined, digest, size, check, executable: false, ...more });
  }

  get entry(): Entry {
    return { ...sampleEntry("x"), outputs: this.outputs };
  }

  objectPath(digest: string): string {
    return this.tree.at(`o/${digest}`);
  }

  read(name: string): string {
    return readFileSync(this.tree.at(name), "utf8");
  }

  names(): string[] {
    return readdirSync(this.tree.at("b")).sort();
  }

  [Symbol.dispose](): void {
    this.tree[Symbol.dispose]();
  }
}
