// Wrong results that no checksum shows: an object is exchanged, and the index says that this is what was stored.

import { Database } from "bun:sqlite";
import { chmodSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { decodeEntry, encodeEntry } from "../../src/store/entry-codec.ts";
import { seal, unseal } from "../../src/store/sealed.ts";
import { xxh64 } from "../../src/sys/xxh64.ts";

/**
 * Exchanges the content of every output with this role in a cache that no daemon has open.
 * @returns how many there were.
 */
export function poison(cache: string, role: string, change: (content: Buffer) => Buffer): number {
  const [file = ""] = globSync(join(cache, "v*/store-*/index.sqlite"));
  using index = new Database(file);
  const rows = index.query<{ key: Uint8Array; body: Uint8Array }, []>("SELECT key, body FROM results").all();
  let found = 0;
  for (const { key, body } of rows) {
    const name = Buffer.from(key).toString("hex");
    const entry = decodeEntry(unseal(name, body) ?? Buffer.alloc(0));
    if (entry === undefined) throw new Error(`Cannot poison ${name}: its entry can't be read`);
    const outputs = entry.outputs.map((output) => {
      if (output.role !== role) return output;
      found += 1;
      const object = (digest: string): string => join(dirname(file), "objects", digest.slice(0, 2), digest);
      const content = change(readFileSync(object(output.digest)));
      const digest = new Bun.CryptoHasher("sha256").update(content).digest("hex");
      mkdirSync(dirname(object(digest)), { recursive: true });
      writeFileSync(object(digest), content);
      chmodSync(object(digest), 0o444);
      const bytes = (text: string): Buffer => Buffer.from(text, "hex");
      index
        .query("UPDATE objects SET digest = ?, size = ? WHERE digest = ?")
        .run(bytes(digest), content.length, bytes(output.digest));
      return { ...output, digest, size: content.length, check: xxh64(content) };
    });
    index.query("UPDATE results SET body = ? WHERE key = ?").run(seal(name, encodeEntry({ ...entry, outputs })), key);
  }
  return found;
}
