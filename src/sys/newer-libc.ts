// What only newer C libraries have, looked up when it is first needed: clients start under older ones, too.

import { dlopen, FFIType } from "bun:ffi";

const { i32, ptr: pointer } = FFIType;

let directory: ReturnType<typeof openDirectory> | undefined;
let closing: ReturnType<typeof openClosing> | "none" | undefined;

/** Functions of glibc 2.29 and later. @throws the runtime's error where there are none. */
export function newerLibc(): ReturnType<typeof openDirectory> {
  directory ??= openDirectory();
  return directory;
}

/** Functions of glibc 2.34 and later; undefined where there are none. */
export function newestLibc(): ReturnType<typeof openClosing> | undefined {
  try {
    closing ??= openClosing();
  } catch {
    closing = "none";
  }
  return closing === "none" ? undefined : closing;
}

function openDirectory() {
  return dlopen("libc.so.6", { posix_spawn_file_actions_addchdir_np: { args: [pointer, pointer], returns: i32 } })
    .symbols;
}

function openClosing() {
  return dlopen("libc.so.6", { posix_spawn_file_actions_addclosefrom_np: { args: [pointer, i32], returns: i32 } })
    .symbols;
}
