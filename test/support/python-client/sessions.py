"""Sessions, and tools that the daemon runs."""

import json
import os
import shutil
import subprocess

from wire import ENVIRONMENT, GCC, UNKNOWN_UUID, until


def start_session(case, daemon, directory="session", **fields):
    os.makedirs(case.path(directory), exist_ok=True)
    fields = {"client_pid": os.getpid(), "working_dir": case.path(directory), "track_stats": True, **fields}
    return daemon.ask("SessionStart", "SessionStarted", **fields)


def compile_of(case, source, object_, **more):
    return {
        "args": ["-c", source, "-o", object_],
        "cwd": case.path("session"),
        "compiler": GCC,
        "env": ENVIRONMENT,
        **more,
    }


def session_start(case, daemon):
    for name in ["x.txt", "x", "x.jsonl.gz"]:
        daemon.refuses("SessionStart", client_pid=1, working_dir=case.directory, journal_path=case.path(name))
    started = start_session(case, daemon, journal_path=case.path("j.jsonl"), log_file=case.path("session.log"))
    assert started["journal_path"] == case.path("j.jsonl"), started
    session = started["session_id"]
    source = case.write("session/journal.c", "int journal;\n")
    daemon.ask("Compile", "CompileResult", session_id=session, **compile_of(case, source, "journal.o"))
    daemon.ask("SessionEnd", "SessionEnded", session_id=session)
    lines = until(lambda: case.read("j.jsonl").splitlines(), "the journal")
    assert len(lines) == 1 and isinstance(json.loads(lines[0]), dict), lines
    assert start_session(case, daemon).get("journal_path") is None
    for wrong in [{"endpoint": "/elsewhere.sock"}, {"cache_dir": "/elsewhere"}]:
        daemon.refuses("SessionStart", client_pid=1, working_dir=case.directory, private_daemon=wrong)


def session_stats(case, daemon):
    source = case.write("session/stats.c", "int stats;\n")
    session = start_session(case, daemon)["session_id"]
    for _ in range(2):
        daemon.ask("Compile", "CompileResult", session_id=session, **compile_of(case, source, "stats.o"))
    stats = daemon.ask("SessionStats", "SessionStatsResult", session_id=session)["stats"]
    assert (stats["compilations"], stats["hits"], stats["misses"]) == (2, 1, 1), stats
    daemon.refuses("SessionStats", session_id=UNKNOWN_UUID)
    daemon.refuses("SessionStats", session_id="nonsense")
    untracked = start_session(case, daemon, track_stats=False)["session_id"]
    assert daemon.ask("SessionStats", "SessionStatsResult", session_id=untracked).get("stats") is None
    ended = daemon.ask("SessionEnd", "SessionEnded", session_id=session)["stats"]
    names = ["compilations", "hits", "misses", "errors"]
    assert [ended[name] for name in names] == [stats[name] for name in names], ended


def session_end(case, daemon):
    session = start_session(case, daemon)["session_id"]
    assert daemon.ask("SessionEnd", "SessionEnded", session_id=session)["stats"]["compilations"] == 0
    assert daemon.ask("SessionEnd", "SessionEnded", session_id=session).get("stats") is None
    assert daemon.ask("SessionEnd", "SessionEnded", session_id=UNKNOWN_UUID).get("stats") is None
    daemon.refuses("SessionEnd", session_id="nonsense")


def expect_compiles(case, daemon, request, source, object_, **fields):
    """A miss that makes the object, then a hit that makes it again."""
    made = os.path.join(os.fsencode(case.path("session")), os.fsencode(object_))
    objects = []
    for cached in [False, True]:
        if os.path.exists(made):
            os.remove(made)
        reply = daemon.ask(request, "CompileResult", **compile_of(case, source, object_), **fields)
        assert (reply["exit_code"], reply["cached"]) == (0, cached), reply
        assert reply.get("stdout", b"") == b"" and reply.get("stderr", b"") == b"", reply
        with open(made, "rb") as file:
            objects.append(file.read())
    assert objects[0] == objects[1] and objects[0].startswith(b"\x7fELF")


def compile_(case, daemon):
    session = start_session(case, daemon)["session_id"]
    source = case.write("session/a.c", "int compiled_a;\n")
    expect_compiles(case, daemon, "Compile", source, "a.o", session_id=session)
    odd = os.fsencode(case.path("session/")) + b"\xff.c"
    with open(odd, "w", encoding="ascii") as file:
        file.write("int odd;\n")
    expect_compiles(case, daemon, "Compile", odd, b"\xe9.o", session_id=session)
    never = "11111111-2222-4333-8444-555555555555"
    other = case.write("session/never.c", "int never;\n")
    expect_compiles(case, daemon, "Compile", other, "never.o", session_id=never)
    daemon.refuses("Compile", session_id="nonsense", **compile_of(case, source, "a.o"))
    missing = compile_of(case, source, "a.o", compiler=case.path("no-gcc"))
    daemon.refuses("Compile", session_id=session, **missing)
    broken = case.write("session/broken.c", "int broken(;\n")
    failed = daemon.ask("Compile", "CompileResult", session_id=session, **compile_of(case, broken, "broken.o"))
    assert failed["exit_code"] == 1 and b"error" in failed["stderr"], failed
    piped = compile_of(case, "-", "piped.o", stdin=b"int piped;\n")
    piped["args"] = ["-x", "c", *piped["args"]]
    assert daemon.ask("Compile", "CompileResult", session_id=session, **piped)["exit_code"] == 0
    daemon.ask("SessionEnd", "SessionEnded", session_id=session)


def compile_ephemeral(case, daemon):
    source = case.write("session/b.c", "int compiled_b;\n")
    fields = {"client_pid": os.getpid(), "working_dir": case.path("session")}
    expect_compiles(case, daemon, "CompileEphemeral", source, "b.o", **fields)


def link_ephemeral(case, daemon):
    source = case.write("session/main.c", "int main(void) { return 0; }\n")
    subprocess.run([GCC, "-c", source, "-o", case.path("session/main.o")], check=True)
    for cached in [False, True]:
        if os.path.exists(case.path("session/prog")):
            os.remove(case.path("session/prog"))
        reply = daemon.ask(
            "LinkEphemeral",
            "LinkResult",
            client_pid=os.getpid(),
            tool=GCC,
            args=["main.o", "-o", "prog"],
            cwd=case.path("session"),
            env=ENVIRONMENT,
        )
        assert (reply["exit_code"], reply["cached"]) == (0, cached), reply
        subprocess.run([case.path("session/prog")], check=True)


def release_worktree_handles(case, daemon):
    inside = start_session(case, daemon, "tree/inside")["session_id"]
    beside = start_session(case, daemon, "tree-beside")["session_id"]
    reply = daemon.ask("ReleaseWorktreeHandles", "ReleaseWorktreeHandlesResult", path=case.path("tree"))
    assert reply["sessions_dropped"] == [inside] and reply["released"] == 1, reply
    assert reply["inspected"] >= 2 and (reply.get("unreleased") or []) == [], reply
    shutil.rmtree(case.path("tree"))
    source = case.write("session/released.c", "int released;\n")
    daemon.refuses("Compile", session_id=inside, **compile_of(case, source, "released.o"))
    daemon.ask("SessionStats", "SessionStatsResult", session_id=beside)
    again = daemon.ask("ReleaseWorktreeHandles", "ReleaseWorktreeHandlesResult", path=case.path("tree"))
    assert (again["released"], again["sessions_dropped"]) == (0, []), again
    for path in [case.cache, os.path.dirname(case.cache), "/", case.cache + "/../" + os.path.basename(case.cache)]:
        daemon.refuses("ReleaseWorktreeHandles", path=path)
    daemon.refuses("ReleaseWorktreeHandles", path="relative")
