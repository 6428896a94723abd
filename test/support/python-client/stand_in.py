"""A stand-in of the client's own: it runs the tool and reports."""

import os
import subprocess

from wire import GCC, until


def block(strings):
    return b"".join(os.fsencode(text) + b"\0" for text in strings)


def invocation(case, arguments):
    variables = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": case.directory}
    fields = {
        "argv": block(["gcc", *arguments]),
        "cwd": os.fsencode(case.directory),
        "env": block([f"{name}={value}" for name, value in variables.items()]),
        "umask": 0o22,
        "stderr_tty": False,
        "same_streams": False,
        "can_exec": True,
    }
    return fields, variables


def invoke(case, daemon):
    """A stand-in: runs what it is told to, reports, and is given the result the next time."""
    source = case.write("invoked.c", "#warning invoked\nint invoked;\n")
    fields, variables = invocation(case, ["-c", source, "-o", "invoked.o"])
    exec_ = daemon.answer("Invoke", fields)
    assert exec_["type"] == "Exec" and exec_["skip"] == 1, exec_
    environment = {os.fsencode(name): os.fsencode(value) for name, value in variables.items()}
    environment.update({name: value for name, value in exec_["set_env"]})
    argv = [part for part in fields["argv"].split(b"\0")[:-1]]
    ran = subprocess.run(
        [exec_["path"], *argv[exec_["skip"] :]],
        cwd=case.directory,
        env=environment,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert b"invoked" in ran.stderr, ran
    made = case.read("invoked.o")
    done = {
        "job": exec_["job"],
        "exit_code": ran.returncode,
        "stdout": ran.stdout,
        "stderr": ran.stderr,
        "merged": False,
    }
    assert daemon.ask("ExecDone", "Released", **done)["type"] == "Released"
    os.remove(case.path("invoked.o"))
    delivered = until(lambda: delivery(daemon, fields), "the result to be filed")
    assert (delivered["exit_code"], delivered["stdout"], delivered["stderr"]) == (0, b"", ran.stderr), delivered
    assert case.read("invoked.o") == made
    bypass = daemon.answer("Invoke", invocation(case, ["--version"])[0])
    assert bypass["type"] == "Bypass" and bypass["path"] == os.fsencode(GCC) and bypass["reason"], bypass
    piped = daemon.answer("Invoke", invocation(case, ["-c", "-x", "c", "-", "-o", "p.o"])[0])
    assert piped["type"] == "NeedStdin" and piped["path"].startswith(b"/"), piped


def delivery(daemon, fields):
    reply = daemon.answer("Invoke", {**fields, "can_exec": True})
    if reply["type"] == "Delivered":
        return reply
    failed = {"job": reply["job"], "exit_code": 1, "stdout": b"", "stderr": b"", "merged": False}
    daemon.ask("ExecDone", "Released", **failed)
    return None


def exec_done(_case, daemon):
    fields = {"exit_code": 0, "stdout": b"", "stderr": b"", "merged": False}
    assert "2000000000000" in daemon.refuses("ExecDone", job=2_000_000_000_000, **fields)
    assert "exit_code" in daemon.refuses("ExecDone", job=1, **{**fields, "exit_code": 2**31})


def inspect(case, daemon):
    """What the stand-in has stored."""
    results = daemon.ask("Inspect", "Inspected", key="", most=10)["results"]
    mine = [result for result in results if any(output["size"] > 0 for output in result["outputs"])]
    assert mine and all(os.path.isfile(output["object"]) for output in mine[0]["outputs"]), results
    found = daemon.ask("Inspect", "Inspected", key=mine[0]["result_key"], most=10)["results"]
    assert [result["result_key"] for result in found] == [mine[0]["result_key"]], found
    assert len(found[0]["dependencies"]) == found[0]["dependency_count"] > 0, found
    assert daemon.ask("Inspect", "Inspected", key="f" * 64, most=10)["results"] == []
    assert len(daemon.ask("Inspect", "Inspected", key="", most=1)["results"]) == 1
    assert "key" in daemon.refuses("Inspect", key="XY", most=1)
