"""A client of the daemon that shares no code with it.

    python3 main.py ENDPOINT DIRECTORY CACHE_ROOT

drives every request once and prints one JSON line for each: {"request": ..., "failed": text or null, "served": bool}.
"""

import json
import sys
import traceback

import any_tool
import artifacts
import basics
import fingerprints
import sessions
import stand_in
from wire import Case, NotServed

# In this order: a fresh daemon first, its end last.
CASES = {
    "Status": basics.status,
    "Clear": basics.clear,
    "Ping": basics.ping,
    "Lookup": artifacts.lookup,
    "Store": artifacts.store,
    "ListRustArtifacts": artifacts.list_rust_artifacts,
    "SessionStart": sessions.session_start,
    "SessionStats": sessions.session_stats,
    "SessionEnd": sessions.session_end,
    "Compile": sessions.compile_,
    "CompileEphemeral": sessions.compile_ephemeral,
    "LinkEphemeral": sessions.link_ephemeral,
    "FingerprintCheck": fingerprints.fingerprint_check,
    "FingerprintMarkSuccess": fingerprints.fingerprint_mark_success,
    "FingerprintMarkFailure": fingerprints.fingerprint_mark_failure,
    "FingerprintInvalidate": fingerprints.fingerprint_invalidate,
    "GenericToolExec": any_tool.generic_tool_exec,
    "ReleaseWorktreeHandles": sessions.release_worktree_handles,
    "Invoke": stand_in.invoke,
    "Inspect": stand_in.inspect,
    "ExecDone": stand_in.exec_done,
    "Shutdown": basics.shutdown,
}


def main(endpoint, directory, cache):
    case = Case(endpoint, directory, cache)
    for request, drive in CASES.items():
        served, failed = True, None
        try:
            with case.connect() as daemon:
                drive(case, daemon)
        except NotServed as error:
            served, failed = False, f"not served: {error}"
        except Exception:  # pylint: disable=broad-except
            failed = traceback.format_exc()
        print(json.dumps({"request": request, "served": served, "failed": failed}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
