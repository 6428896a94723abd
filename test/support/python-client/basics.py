"""What every daemon of this protocol answers, whatever else it can."""

import os

from wire import PROTOCOL, until


def status(case, daemon):
    fresh = daemon.ask("Status", "Status")
    assert fresh["daemon_namespace"] == "default" and fresh["endpoint"] == case.endpoint, fresh
    assert os.path.commonpath([fresh["cache_dir"], case.cache]) == case.cache, fresh
    assert fresh["private_daemon"] == {"enabled": False, "owners": [], "private_env_keys": []}, fresh
    counters = """artifact_count metadata_entries cache_hits cache_misses total_compilations non_cacheable
      compile_errors compile_errors_cached time_saved_ms total_links link_hits link_misses link_non_cacheable
      dep_graph_contexts sessions_total sessions_active""".split()
    assert {name: fresh[name] for name in counters} == dict.fromkeys(counters, 0), fresh
    assert fresh["uptime_secs"] >= 0 and fresh["version"].count(".") == 2, fresh
    assert isinstance(fresh["dep_graph_persisted"], bool)


def clear(_case, daemon):
    cleared = daemon.ask("Clear", "Cleared")
    figures = ["artifacts_removed", "metadata_cleared", "dep_graph_contexts_cleared", "on_disk_bytes_freed"]
    assert [cleared[name] for name in figures] == [0, 0, 0, 0], cleared


def ping(case, daemon):
    for _ in range(5):
        daemon.ask("Ping", "Pong", later={"a": [1]})
    for number in range(5):
        daemon.send({"v": PROTOCOL, "id": 2**40 + number, "type": "Ping"})
    for number in range(5):
        assert daemon.receive() == {"v": PROTOCOL, "id": 2**40 + number, "type": "Pong"}
    message = daemon.answer("Surprise", {})["message"]
    assert "Surprise" in message and f"protocol {PROTOCOL}" in message, message
    with case.connect() as other:
        other.send({"v": 2, "id": 3, "type": "Ping"})
        reply = other.receive()
        assert reply["type"] == "Error" and reply["id"] == 3 and reply["v"] == PROTOCOL, reply
        assert all(part in reply["message"] for part in ["protocol 2", "protocol 1", "zccache stop"]), reply
        assert other.receive() is None


def shutdown(case, daemon):
    with case.connect() as other:
        other.ask("Ping", "Pong")
        daemon.ask("Shutdown", "ShuttingDown")
    until(lambda: not os.path.exists(case.endpoint), "the daemon to end")
