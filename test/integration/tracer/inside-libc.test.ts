// Functions of libc that read files, ask others or leave something behind inside themselves (src/tracer/native/README.md
// has the whole list): each answers as without the tracer and is told by its wrapper, and only by that.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { fileTree } from "../../support/file-tree.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { bareRun, traceRun, tracerWithout } from "../../support/trace-run.ts";
import { compareWithStrace } from "./compare-with-strace.ts";

setDefaultTimeout(600_000);

const built = fileTree();
const program = built.at("inside-libc");
beforeAll(() => {
  const source = join(import.meta.dirname, "programs/inside-libc.c");
  const { exitCode, stderr } = bareRun(["gcc", "-w", source, "-o", "inside-libc"], { cwd: built.path });
  if (exitCode !== 0) throw new Error(stderr);
}, 600_000);
afterAll(() => built[Symbol.dispose]());

// Without TZ libc reads /etc/localtime.
const env = { TZ: undefined };

/** What the tracer says of a run of the program with this argument, which ends as it does bare. */
function observed(name: string, library?: string) {
  using tree = fileTree({ in: "x" });
  using again = fileTree({ in: "x" });
  const { outcome, observation } = traceRun([program, name], { cwd: tree.path, env, ...(library && { library }) });
  expect(outcome).toEqual(bareRun([program, name], { cwd: again.path, env }));
  expect(outcome).toMatchObject({ exitCode: 0, stderr: "" });
  return observation;
}

const words = (text: string): string[] => text.trim().split(/\s+/);

describe.each(
  words(`getpw cuserid getsgnam getsgent getsgnam_r getsgent_r setfsent getfsent getfsspec getfsfile getusershell
    setusershell setttyent getttyent getttynam __setmntent _IO_fopen __statfs catopen name_to_handle_at mktime timelocal
    tzset strftime wcsftime`),
)("%s", (name) => {
  test("answers as libc does", () => {
    expect(observed(name).incomplete).toBeUndefined();
  });

  const missing = missingTool("strace");
  test.skipIf(missing !== undefined)(titled("is seen as strace sees it, by its wrapper", missing), () => {
    using tree = fileTree({ in: "x" });
    const options = { cwd: tree.path, env };
    expect(compareWithStrace([program, name], options).missed).toEqual([]);
    const without = compareWithStrace([program, name], { ...options, library: tracerWithout([name]) });
    expect(without.missed).not.toEqual([]);
  });
});

describe.each([
  ["C.UTF-8", "de_DE.UTF-8@euro:fr_CA.iso88591:it"],
  ["C.UTF-8", ""],
  ["xx_XX.12345", undefined],
])("with the locale %s and LANGUAGE=%s", (locale, language) => {
  const missing = missingTool("strace");
  const own = { ...env, LC_ALL: undefined, LANG: locale, LANGUAGE: language };
  const missed = (name: string, without: string[] = []): string[] => {
    using tree = fileTree({ in: "x" });
    return compareWithStrace([program, name], { cwd: tree.path, env: own, library: tracerWithout(without) }).missed;
  };

  test
    .skipIf(missing !== undefined)
    .each(words("setlocale newlocale bindtextdomain textdomain dgettext dcgettext dngettext dcngettext"))(
    titled("%s looks where strace sees it look, and keeps the trace complete", missing),
    (name) => {
      expect(missed(name)).toEqual([]);
      expect(observed(name).incomplete).toBeUndefined();
    },
  );
});

describe("the comparison turns red in a locale without", () => {
  const own = { ...env, LC_ALL: undefined, LANG: "C.UTF-8", LANGUAGE: "de_DE.UTF-8" };
  test
    .skipIf(missingTool("strace") !== undefined)
    .each(words("setlocale newlocale bindtextdomain textdomain dgettext dcgettext dngettext dcngettext"))(
    "%s",
    (name) => {
      using tree = fileTree({ in: "x" });
      const options = { cwd: tree.path, env: own, library: tracerWithout([name]) };
      expect(compareWithStrace([program, name], options).missed).not.toEqual([]);
    },
  );
});

test("the locales that are installed are dependencies of a run in a locale, and of no other", () => {
  using tree = fileTree();
  const looks = (locale: string): unknown[] =>
    traceRun([program, "setlocale"], { cwd: tree.path, env: { LC_ALL: locale } }).observation.looks.filter(
      ({ path }) => path === "/usr/lib/locale",
    );
  expect(looks("xx_XX.UTF-8")).toContainEqual(expect.objectContaining({ aspect: "listing" }));
  expect(looks("C")).toEqual([]);
});

test.each(
  words(`setnetgrent innetgr getutent getutid getutline getutent_r getdate ftok gethostid sem_open mq_open
    shmget semget msgget getpt posix_openpt clone __monstartup fanotify_mark`),
)("%s is said not to be seen, by its wrapper", (name) => {
  expect(observed(name).incomplete).toBe(`unseen work of ${name}`);
  expect(observed(name, tracerWithout([name])).incomplete).toBeUndefined();
});

test.each([
  ["catopen_by_name", "catopen"],
  ["getutxent", "getutent"],
  ["openpty", "openpty"],
])("%s is said not to be seen", (name, reason) => {
  expect(observed(name).incomplete).toBe(`unseen work of ${reason}`);
});

test.each(["ttyname", "ttyname_r"])("%s of a terminal is said not to be seen, by its wrapper", (name) => {
  const others = ["openpty", "posix_openpt", "getpt"];
  expect(observed(name, tracerWithout(others)).incomplete).toBe("unseen work of ttyname");
  expect(observed(name, tracerWithout([...others, name])).incomplete).toBeUndefined();
});

test.each(["own_semaphore", "own_shared_memory", "no_terminal", "clone_vfork", "own_file", "nameless_file"])(
  "%s says nothing about the world, and the trace stays complete",
  (name) => {
    expect(observed(name).incomplete).toBeUndefined();
  },
);

test.each(["fchmod", "fchown", "futimens", "futimes"])("%s of a file of others is noticed, by its wrapper", (name) => {
  expect(observed(name).incomplete).toContain("changed attributes of");
  expect(observed(name, tracerWithout([name])).incomplete).toBeUndefined();
});

test.each(
  words(`getservbyname_r getservbyport_r getservent_r getprotobyname_r getprotobynumber_r getprotoent_r getrpcbyname
    getrpcbynumber getrpcent getrpcbyname_r gethostent gethostent_r gethostbyname2_r gethostbyaddr_r getnetbyname
    getnetbyaddr_r ether_hostton __res_init __res_ninit getifaddrs if_nameindex if_nametoindex if_indextoname
    syslog`),
)("%s counts as network", (name) => {
  expect(observed(name).usedNetwork).toBe(true);
});

test.each(words("getrpcent getservent_r getprotoent_r gethostent_r __res_init if_nametoindex"))(
  "%s does so by its wrapper",
  (name) => {
    expect(observed(name, tracerWithout([name])).usedNetwork).toBe(false);
  },
);

test("__gmtime_r counts as a use of the date, by its wrapper", () => {
  expect(observed("__gmtime_r").usedDate).toBe(true);
  expect(observed("__gmtime_r", tracerWithout(["__gmtime_r"])).usedDate).toBe(false);
});
