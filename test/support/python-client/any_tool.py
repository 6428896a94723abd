"""Any tool, by the inputs and outputs that are declared for it."""

import os

from wire import ENVIRONMENT, content


def generic_tool_exec(case, daemon):
    os.makedirs(case.path("exec"), exist_ok=True)
    script = "echo run >> runs; cat in.txt; cat in.txt > out.txt; echo said >&2; exit $1"
    case.write("exec/in.txt", "first\n")

    def run(**more):
        fields = {
            "tool": "/bin/sh",
            "args": ["-c", script, "sh", "3"],
            "cwd": case.path("exec"),
            "env": ENVIRONMENT,
            "input_files": [case.path("exec/in.txt")],
            "output_files": ["out.txt"],
            **more,
        }
        reply = daemon.ask("GenericToolExec", "GenericToolExecResult", **fields)
        assert (reply["exit_code"], reply["stdout"]) == (3, case.read("exec/in.txt")), reply
        assert [output["name"] for output in reply["output_files"]] == ["out.txt"], reply
        assert content(reply["output_files"][0]) == case.read("exec/in.txt"), reply
        return reply["cached"], reply["stderr"], reply["cache_key_hex"]

    def runs():
        return case.read("exec/runs").count(b"run")

    cached, said, key = run()
    assert (cached, said, runs()) == (False, b"said\n", 1)
    os.remove(case.path("exec/out.txt"))
    assert run() == (True, b"said\n", key) and runs() == 1
    assert case.read("exec/out.txt") == b"first\n"
    case.write("exec/in.txt", "second\n")
    cached, _, changed = run()
    assert not cached and changed != key and runs() == 2
    assert not run(input_extra=b"\xff")[0] and not run(env=[*ENVIRONMENT, ["A", b"\xff"]])[0]
    assert run(output_streams={"stderr": False})[1] == b""
    before = runs()
    assert not run(cache_policy="Bypass")[0] and not run(non_deterministic=True)[0] and runs() == before + 2
    daemon.refuses("GenericToolExec", tool="/bin/sh", args=[], cwd=case.directory, key_args_filter=["("])
    daemon.refuses("GenericToolExec", tool=case.path("no-tool"), args=[], cwd=case.directory)
    daemon.refuses("GenericToolExec", tool="/bin/sh", args=[], cwd=case.directory, input_files=[case.path("no")])
    daemon.refuses("GenericToolExec", tool="/bin/sh", args=[], cwd=case.directory, cache_policy="Sometimes")
