// Names that gcc gives to outputs which the command line doesn't name (gcc(1): -c, -MD).

import { baseName, type RawText } from "../core/raw-text.ts";

/** Where an output goes without -o: `dir/x.y.c` becomes `x.y.o` in the working directory. @param extension Without dot. */
export function defaultOutput(source: RawText, extension: RawText): RawText {
  return `${stem(source)}.${extension}`;
}

/** Where -MD puts the depfile without -MF: beside the object if -o names one, else in the working directory. */
export function defaultDepfile(source: RawText, namedObject: RawText | undefined): RawText {
  return `${namedObject === undefined ? stem(source) : withoutExtension(namedObject)}.d`;
}

/** True if an output of this name goes to a descriptor of the caller, which may be any kind of file. */
export function isStream(path: RawText): boolean {
  return /^(?:\/dev\/(?:std(?:in|out|err)$|fd\/)|\/proc\/(?:self|thread-self|\d+)\/fd\/)/.test(path);
}

/** True if an argument may name a descriptor of the caller as an input, as shells do for `<(command)`. */
export function namesCallerStream(arg: RawText): boolean {
  return /\/dev\/(?:stdin|fd\/)|\/proc\/(?:self|thread-self|\d+)\//.test(arg);
}

/**
 * As `namesCallerStream`, for the drivers of C: a macro's text names no file by itself, and where a source reads what it
 * says of a process, the trace tells. `-DEXE="/proc/self/exe"` is such an argument, and so is `EXE="/proc/self/exe"`
 * behind a -D; where there is none before, that is a path of this directory. Descriptors are left to the tool.
 */
export function opensCallerStream(arg: RawText): boolean {
  return namesCallerStream(arg) && !(DEFINITION.test(arg) && !DESCRIPTOR.test(arg));
}

const DEFINITION = /^(?:-D|[A-Za-z_]\w*(?:\([^()]*\))?=)/;
const DESCRIPTOR = /\/dev\/|\/fd\//;

/** A source's name without directory and extension; `.c` has no extension, `-` is its own stem. */
function stem(source: RawText): RawText {
  const name = baseName(source);
  return name.lastIndexOf(".") > 0 ? withoutExtension(name) : name;
}

/** An object's name without its extension; `dir/.o` has nothing else behind its slash. */
function withoutExtension(path: RawText): RawText {
  const dot = path.lastIndexOf(".");
  return dot > path.lastIndexOf("/") ? path.slice(0, dot) : path;
}
