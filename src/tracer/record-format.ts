// The layout of the trace buffer, as native/record.h has it for the writers:
//
//   buffer ::= magic:u32 capacity:u32 used:u64 lost:u32 root:u32 captured:u64[4] self:u64[2] steps:u32 moves:u32 record*
//   record ::= size:u32 pid:u32 kind:u8 relative:u8 0:u8[2] error:i32 flags:u32 length:u32 device:u64 inode:u64
//              text[length] 0 padding-to-8
//
// Little-endian. `used` counts the bytes that were reserved, header included, and may pass `capacity` (records lost
// then). `size` is stored last: 0 is a record whose writer died.

export const HEADER_BYTES = 80;
export const RECORD_HEAD_BYTES = 40;
/** "ZCC1" */
export const BUFFER_MAGIC = 0x3143435a;

export const HEADER = { magic: 0, capacity: 4, used: 8, lost: 16, self: 56 } as const;
export const RECORD = {
  size: 0,
  pid: 4,
  kind: 8,
  relative: 9,
  error: 12,
  flags: 16,
  length: 20,
  device: 24,
  inode: 32,
} as const;

/** What a record says. The letters are those of `enum kind` in native/record.h, where each is explained. */
export const KINDS = {
  S: "start",
  O: "object",
  Z: "objects-listed",
  D: "load",
  o: "open",
  p: "presence",
  l: "link",
  d: "listing",
  c: "create",
  u: "remove",
  r: "rename",
  h: "hard-link",
  a: "attributes",
  x: "exec",
  f: "exec-failed",
  k: "fork",
  w: "spawn",
  n: "untraceable",
  "?": "unseen",
  e: "environment",
  E: "environment-set",
  t: "date",
  X: "network",
  y: "terminal",
  Y: "window",
} as const;

export type TraceKind = (typeof KINDS)[keyof typeof KINDS];

/** Bits of an `open` record's flags, and DIRECTORY of a `create` record's. */
export const OPEN = {
  read: 1,
  write: 2,
  create: 4,
  truncate: 8,
  append: 16,
  exclusive: 32,
  /** What was opened or made is a directory. */
  directory: 64,
  /** Only beside `create`: the file was there before. */
  existed: 128,
} as const;
