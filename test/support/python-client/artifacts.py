"""Storing and looking up by keys of the client's own."""

import os

from wire import content


def artifact(outputs, **more):
    return {"outputs": outputs, "stdout": b"out\xff", "stderr": b"", "exit_code": 0, **more}


def store(case, daemon):
    big = os.urandom(3 << 20)
    outputs = [
        {"name": "liba.rlib", "payload": {"bytes": b"\0\1\xff"}},
        {"name": "b.o", "payload": {"path": case.write("given/b.o", big)}},
    ]
    key = "ab" * 32
    assert daemon.ask("Store", "StoreResult", cache_key=key, artifact=artifact(outputs))["result"] == "Stored"
    again = daemon.ask("Store", "StoreResult", cache_key=key, artifact=artifact([]))
    assert again["result"] == "AlreadyExists", again
    for name in ["../x", "a/b", ".."]:
        bad = artifact([{"name": name, "payload": {"bytes": b"x"}}])
        daemon.refuses("Store", cache_key="cd" * 32, artifact=bad)
    for path in ["relative", case.path("missing")]:
        bad = artifact([{"name": "x", "payload": {"path": path}}])
        daemon.refuses("Store", cache_key="cd" * 32, artifact=bad)
    daemon.refuses("Store", cache_key="nonsense", artifact=artifact([]))
    assert daemon.ask("Lookup", "LookupResult", cache_key="cd" * 32)["result"] == "Miss"
    found = daemon.ask("Lookup", "LookupResult", cache_key=key)
    assert found["result"] == "Hit", found
    given = found["artifact"]
    assert (given["stdout"], given["stderr"], given["exit_code"]) == (b"out\xff", b"", 0), given
    assert [output["name"] for output in given["outputs"]] == ["liba.rlib", "b.o"], given
    assert content(given["outputs"][0]) == b"\0\1\xff" and content(given["outputs"][1]) == big


def lookup(_case, daemon):
    miss = daemon.ask("Lookup", "LookupResult", cache_key="00" * 32)
    assert miss["result"] == "Miss" and miss.get("artifact") is None, miss
    for key in ["", "0", "XY", "AB" * 32, 7, None]:
        assert "cache_key" in daemon.refuses("Lookup", cache_key=key)
    assert "cache_key" in daemon.refuses("Lookup")


def list_rust_artifacts(_case, daemon):
    listed = daemon.ask("ListRustArtifacts", "RustArtifactList")["artifacts"]
    mine = [entry for entry in listed if entry["cache_key"] == "ab" * 32]
    assert len(mine) == 1 and "liba.rlib" in mine[0]["output_names"], listed
    assert mine[0]["payload_count"] == 2, mine
