// What the numbers of a phase profile measure. The first nine and their total are of hits only, the last four and theirs
// of misses only, so each is to be divided by its count.

/** By name of the field. */
export const PHASE_MEANINGS: Readonly<Record<string, string>> = {
  hit_count: "calls that were given what is stored, links included",
  miss_count: "calls whose tool was run and whose result is stored",
  parse_args_ns: "of hits: variables and command line read, the tool found",
  build_context_ns: "of hits: the key of what is known beforehand",
  hash_source_ns: "of hits: the state of the first input",
  hash_headers_ns: "of hits: the states of all that an earlier run depended on",
  depgraph_check_ns: "of hits: earlier runs looked up, and compared but for files",
  request_cache_lookup_ns:
    "of hits: whether the same call was given before and still holds, which saves the four phases above but for the first",
  cross_root_validate_ns:
    "always 0: a result for another checkout is found by the same comparison as any other, without a step of its own",
  artifact_lookup_ns: "of hits: what the result consists of",
  write_output_ns: "of hits: outputs put into place",
  bookkeeping_ns: "of hits: counting, and sending the reply",
  total_hit_ns: "of hits: from the request to the reply, waits for an equal call's run included",
  compiler_exec_ns: "of misses: the tool, until every process of the run has ended",
  include_scan_ns: "of misses: reading what the run looked at",
  hash_all_ns: "of misses: the states of all inputs, before and after the run",
  artifact_store_ns: "of misses: outputs copied, hashed and put on disk",
  total_miss_ns: "of misses: from the request until the result is stored, after the reply",
};
