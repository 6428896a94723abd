import { afterAll, afterEach, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { rawFromBytes } from "../../../src/core/raw-text.ts";
import { dial } from "../../../src/ipc/dial.ts";
import { type Listener, listen, removeStaleSocket } from "../../../src/ipc/listen.ts";
import { isDirect } from "../../../src/ipc/socket-path.ts";
import { ownUserId } from "../../../src/sys/private-directory.ts";
import { until } from "../../support/until.ts";
import { answerPings, connectRaw, newEndpoint, removeScratch, scratch } from "./sockets.ts";

afterAll(removeScratch);

const isRoot = ownUserId() === 0;
const NOBODY = 65_534;

const listeners: Listener[] = [];
afterEach(() => {
  for (const listener of listeners.splice(0)) listener.stop();
});

function serve(endpoint: string, peerUser?: number): Listener {
  const listener = listen(endpoint, (connection) => void answerPings(connection), peerUser);
  listeners.push(listener);
  return listener;
}

async function ping(endpoint: string): Promise<string> {
  using client = await dial(endpoint, { timeoutMs: 60_000 });
  client.send({ type: "Ping" });
  const reply = await client.receive(60_000);
  return reply === "closed" ? reply : reply.type;
}

test.each([0o000, 0o077, 0o777])(
  "listen() under umask %o makes the directory 0700 and the socket 0600 [ipc 18, S5]",
  (mask) => {
    const endpoint = join(dirname(newEndpoint()), "deeper", "daemon.sock");
    const before = process.umask(mask);
    try {
      serve(endpoint);
      expect(process.umask()).toBe(mask);
    } finally {
      process.umask(before);
    }
    expect(lstatSync(dirname(endpoint)).mode & 0o7777).toBe(0o700);
    expect(lstatSync(dirname(dirname(endpoint))).mode & 0o7777).toBe(0o700);
    expect(lstatSync(endpoint).mode & 0o7777).toBe(0o600);
  },
);

test.each([8, 256])("listen() serves %d clients that come at the same instant [ipc 4]", async (count) => {
  const endpoint = newEndpoint();
  serve(endpoint);
  const replies = await Promise.all(Array.from({ length: count }, () => ping(endpoint)));
  expect(replies).toEqual(Array.from({ length: count }, () => "Pong"));
});

test("listen() survives 10,000 clients that connect and drop, and keeps no descriptor [ipc 17, H7]", async () => {
  const endpoint = newEndpoint();
  const listener = serve(endpoint);
  const before = readdirSync("/proc/self/fd").length;
  for (let i = 0; i < 10_000; i++) (await connectRaw(endpoint))[Symbol.dispose]();
  expect(await ping(endpoint)).toBe("Pong");
  await until(() => listener.connections.size === 0);
  await until(() => readdirSync("/proc/self/fd").length <= before);
}, 600_000);

test("listen() closes clients over its limit at once and serves again when others have left [S22]", async () => {
  const endpoint = newEndpoint();
  const listener = serve(endpoint);
  const held = await Promise.all(Array.from({ length: 512 }, () => connectRaw(endpoint)));
  await until(() => listener.connections.size === 512);
  const extra = await connectRaw(endpoint);
  await extra.closed;
  held[0]?.[Symbol.dispose]();
  await until(() => listener.connections.size === 511);
  expect(await ping(endpoint)).toBe("Pong");
  for (const peer of held) peer[Symbol.dispose]();
});

test("listen() drops a peer of another user without reading [ipc 18, S1: peer check alone]", async () => {
  const endpoint = newEndpoint();
  const listener = serve(endpoint, ownUserId() + 1);
  using peer = await connectRaw(endpoint);
  peer.write(Buffer.from([4, 0, 0, 0]));
  await peer.closed;
  expect(peer.received).toEqual([]);
  expect(listener.connections.size).toBe(0);
});

test.if(isRoot)("listen() keeps another user out by its directory alone [ipc 18, S1]", async () => {
  const endpoint = newEndpoint();
  serve(endpoint, NOBODY);
  chmodSync(endpoint, 0o666);
  chmodSync(scratch, 0o755);
  expect(await connectAs(NOBODY, endpoint)).toBe("EACCES");
});

test.if(isRoot)("listen() keeps another user out by the socket's mode alone [ipc 18, S1]", async () => {
  const endpoint = newEndpoint();
  serve(endpoint, NOBODY);
  chmodSync(dirname(endpoint), 0o755);
  chmodSync(scratch, 0o755);
  expect(await connectAs(NOBODY, endpoint)).toBe("EACCES");
});

test.if(isRoot)("listen() keeps a real other user out by the peer check alone [ipc 18, S1]", async () => {
  const endpoint = newEndpoint();
  serve(endpoint);
  for (const path of [scratch, dirname(endpoint)]) chmodSync(path, 0o755);
  chmodSync(endpoint, 0o666);
  expect(await connectAs(NOBODY, endpoint)).toMatch(/^(closed|ECONNRESET)$/);
});

test("listen() refuses a directory that others may enter [S2]", () => {
  const endpoint = newEndpoint();
  mkdirSync(dirname(endpoint), { recursive: true });
  chmodSync(dirname(endpoint), 0o755);
  expect(() => serve(endpoint)).toThrow(expect.objectContaining({ code: "UNSAFE_DIRECTORY" }));
  expect(lstatSync(dirname(endpoint)).mode & 0o777).toBe(0o755);
});

test("listen() refuses a symbolic link and a file in place of its directory [S2]", () => {
  const linked = newEndpoint();
  const target = `${dirname(linked)}-target`;
  mkdirSync(target, { mode: 0o700 });
  symlinkSync(target, dirname(linked));
  expect(() => serve(linked)).toThrow(expect.objectContaining({ code: "UNSAFE_DIRECTORY" }));
  expect(readdirSync(target)).toEqual([]);
  const blocked = newEndpoint();
  writeFileSync(dirname(blocked), "");
  expect(() => serve(blocked)).toThrow(expect.objectContaining({ code: "UNSAFE_DIRECTORY" }));
});

test.if(isRoot)("listen() refuses a directory of another user [S2]", () => {
  const endpoint = newEndpoint();
  mkdirSync(dirname(endpoint), { mode: 0o700 });
  chownSync(dirname(endpoint), NOBODY, NOBODY);
  expect(() => serve(endpoint)).toThrow(expect.objectContaining({ code: "UNSAFE_DIRECTORY" }));
});

test("listen() takes a socket right below /tmp, where nobody else can replace it", async () => {
  const endpoint = `/tmp/zccache-test-${process.pid}-0.sock`;
  serve(endpoint);
  expect(await ping(endpoint)).toBe("Pong");
  expect(lstatSync(endpoint).mode & 0o777).toBe(0o600);
});

test("listen() never takes over a live or a stale socket [L1, L4]", async () => {
  const endpoint = newEndpoint();
  serve(endpoint);
  expect(() => serve(endpoint)).toThrow(expect.objectContaining({ code: "ALREADY_RUNNING" }));
  expect(await ping(endpoint)).toBe("Pong");
});

test("listen() refuses a path that is none [ipc Endpoint]", () => {
  for (const endpoint of ["", "relative.sock", "/", "/tmp/", "/tmp/.", "/tmp/..", "/tmp/a\0b", "\0abstract"]) {
    expect(() => serve(endpoint)).toThrow(expect.objectContaining({ code: "ENDPOINT" }));
  }
  const tooLong = join(dirname(newEndpoint()), "x".repeat(104));
  expect(() => serve(tooLong)).toThrow(expect.objectContaining({ code: "ENDPOINT" }));
});

test.each([
  { name: "over 107 bytes", folder: "d".repeat(120) },
  { name: "with bytes that are no UTF-8", folder: rawFromBytes(Buffer.from([0x66, 0xff, 0xc3])) },
  { name: "in UTF-8", folder: rawFromBytes(Buffer.from("größe")) },
])("listen() and dial() meet at a path $name [D10, X6]", async ({ folder }) => {
  const endpoint = `${dirname(newEndpoint())}/${folder}/daemon.sock`;
  expect(isDirect(endpoint)).toBe(false);
  const before = readdirSync("/proc/self/fd").length;
  const listener = listen(endpoint, (connection) => void answerPings(connection));
  expect(await ping(endpoint)).toBe("Pong");
  listener.stop();
  await expect(dial(endpoint)).rejects.toThrow(expect.objectContaining({ code: "IO" }));
  await until(() => readdirSync("/proc/self/fd").length <= before);
});

test("stop() removes the socket and lets connections live", async () => {
  const endpoint = newEndpoint();
  const listener = listen(endpoint, (connection) => void answerPings(connection));
  using client = await dial(endpoint);
  listener.stop();
  expect(existsSync(endpoint)).toBe(false);
  await expect(dial(endpoint)).rejects.toThrow(expect.objectContaining({ code: "IO" }));
  client.send({ type: "Ping" });
  expect(await client.receive(60_000)).toEqual({ type: "Pong" });
});

test("stop() leaves the socket of a successor alone [L5]", async () => {
  const endpoint = newEndpoint();
  const old = listen(endpoint, () => {});
  unlinkSync(endpoint);
  serve(endpoint);
  old.stop();
  expect(await ping(endpoint)).toBe("Pong");
});

test("stop() removes its socket from a directory that was moved", () => {
  const endpoint = newEndpoint();
  const listener = listen(endpoint, () => {});
  const moved = `${dirname(endpoint)}-moved`;
  renameSync(dirname(endpoint), moved);
  listener.stop();
  expect(readdirSync(moved)).toEqual([]);
});

test("stop() of a socket whose directory is gone does not throw [D9]", () => {
  const endpoint = newEndpoint();
  const listener = listen(endpoint, () => {});
  rmSync(dirname(endpoint), { recursive: true });
  expect(() => listener.stop()).not.toThrow();
});

test("removeStaleSocket() removes what a killed daemon left, and nothing else [L1, L3]", async () => {
  const endpoint = newEndpoint();
  removeStaleSocket(endpoint);
  await leaveStaleSocket(endpoint);
  await expect(dial(endpoint)).rejects.toThrow(expect.objectContaining({ code: "IO" }));
  expect(() => serve(endpoint)).toThrow(expect.objectContaining({ code: "ALREADY_RUNNING" }));
  removeStaleSocket(endpoint);
  serve(endpoint);
  expect(await ping(endpoint)).toBe("Pong");
});

test.each(["file", "directory", "dangling link"])("removeStaleSocket() refuses a %s and leaves it [L3]", (kind) => {
  const endpoint = newEndpoint();
  mkdirSync(dirname(endpoint), { mode: 0o700 });
  if (kind === "file") writeFileSync(endpoint, "precious");
  else if (kind === "directory") mkdirSync(endpoint);
  else symlinkSync("/nonexistent", endpoint);
  expect(() => removeStaleSocket(endpoint)).toThrow(expect.objectContaining({ code: "ENDPOINT" }));
  expect(lstatSync(endpoint).isSocket()).toBe(false);
});

/** Lets another process listen and kills it. */
async function leaveStaleSocket(endpoint: string): Promise<void> {
  mkdirSync(dirname(endpoint), { recursive: true, mode: 0o700 });
  const script = `Bun.listen({ unix: ${JSON.stringify(endpoint)}, socket: { data() {} } }); console.log("up")`;
  const server = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
  for await (const _ of server.stdout) break;
  server.kill("SIGKILL");
  await server.exited;
}

/** Connects as another user from a process of its own. @returns the error's name, or "closed" or "open" */
async function connectAs(uid: number, endpoint: string): Promise<string> {
  const script = `
    import { connect } from "node:net";
    process.setgid(${uid});
    process.setuid(${uid});
    const socket = connect(${JSON.stringify(endpoint)});
    socket.on("error", (error) => { console.log(error.code); process.exit(); });
    socket.on("close", () => { console.log("closed"); process.exit(); });
    setTimeout(() => { console.log("open"); process.exit(); }, 30_000);
  `;
  const client = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" });
  return (await new Response(client.stdout).text()).trim();
}
