"""Whether a step of a build has to run: checks and marks."""

import os


def fingerprint(case, daemon, **more):
    fields = {
        "cache_file": case.path("finger.json"),
        "cache_type": "two-layer",
        "root": case.path("watched"),
        "extensions": ["rs"],
        "exclude": ["target"],
        **more,
    }
    reply = daemon.ask("FingerprintCheck", "FingerprintCheckResult", **fields)
    return (reply["decision"], reply.get("reason")), reply.get("changed_files") or []


def mark(case, daemon, request):
    daemon.ask(request, "FingerprintAck", cache_file=case.path("finger.json"))


def fingerprint_check(case, daemon):
    case.write("watched/a.rs", "fn a() {}\n")
    assert fingerprint(case, daemon)[0] == ("run", "no cache file")
    assert fingerprint(case, daemon)[0] == ("run", "pending")
    daemon.refuses(
        "FingerprintCheck",
        cache_file=case.path("f"),
        cache_type="hash",
        root=case.directory,
        extensions=["rs"],
        include_globs=["**/*.rs"],
    )
    daemon.refuses("FingerprintCheck", cache_file=case.path("f"), cache_type="magic", root=case.directory)
    missing = fingerprint(case, daemon, cache_file=case.path("g"), root=case.path("no-such"))[0]
    assert missing[0] == "run" and missing[1].startswith("scan error: "), missing


def fingerprint_mark_success(case, daemon):
    fingerprint(case, daemon)
    mark(case, daemon, "FingerprintMarkSuccess")
    assert fingerprint(case, daemon)[0][0] == "skip"
    case.write("watched/target/x.rs", "excluded\n")
    assert fingerprint(case, daemon)[0][0] == "skip"
    case.write("watched/a.rs", "fn changed() {}\n")
    decision, changed = fingerprint(case, daemon)
    assert decision == ("run", "content changed") and changed == ["a.rs"], (decision, changed)
    mark(case, daemon, "FingerprintMarkSuccess")
    os.utime(case.path("watched/a.rs"), (1, 1))
    assert fingerprint(case, daemon)[0][0] == "skip"


def fingerprint_mark_failure(case, daemon):
    mark(case, daemon, "FingerprintMarkFailure")
    assert fingerprint(case, daemon)[0] == ("run", "previous failure")


def fingerprint_invalidate(case, daemon):
    mark(case, daemon, "FingerprintInvalidate")
    assert fingerprint(case, daemon)[0] == ("run", "no cache file")
    daemon.ask("FingerprintInvalidate", "FingerprintAck", cache_file=case.path("never-heard-of"))
