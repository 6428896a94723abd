// -f options of gcc (up to 14) that change code, checks or messages, but name no output, take no separate value and do
// not let the working directory show. Other -f options are rows of gcc.ts, or unknown.

/** Without `-f` and `-fno-`; one that ends in `=` is followed by a value. Sorted. */
export const PLAIN_FLAGS: readonly string[] = `
  PIC PIE abi-compat-version= abi-version= access-control aggressive-loop-optimizations align-functions align-functions=
  align-jumps align-jumps= align-labels align-labels= align-loops align-loops= aligned-new aligned-new= allocation-dce
  allow-parameterless-variadic-functions allow-store-data-races analyzer analyzer-call-summaries analyzer-checker=
  analyzer-feasibility analyzer-fine-grained analyzer-show-duplicate-count analyzer-state-merge analyzer-state-purge
  analyzer-transitivity analyzer-verbose-edges analyzer-verbose-state-changes analyzer-verbosity= argument-alias
  argument-noalias argument-noalias-anything argument-noalias-global array-bounds= asan-shadow-offset= asm
  associative-math asynchronous-unwind-tables auto-inc-dec bit-tests branch-count-reg branch-target-load-optimize
  branch-target-load-optimize2 btr-bb-exclusive builtin caller-saves canonical-system-headers cf-protection
  cf-protection= char8_t check-data-deps check-new check-pointer-bounds checking checking= code-hoisting
  combine-stack-adjustments common compare-elim concepts concepts-diagnostics-depth= concepts-ts cond-mismatch
  conserve-space conserve-stack const-string-class= constexpr-cache-depth= constexpr-depth= constexpr-fp-except
  constexpr-loop-limit= constexpr-ops-limit= contracts coroutines cprop-registers crossjumping cse-follow-jumps
  cse-skip-blocks cx-fortran-rules cx-limited-range cx-method= data-sections dce debug-cpp debug-types-section
  declone-ctor-dtor deduce-init-list default-inline defer-pop delayed-branch delete-dead-exceptions
  delete-null-pointer-checks devirtualize devirtualize-at-ltrans devirtualize-speculatively directives-only
  dollars-in-identifiers dse dwarf2-cfi-asm early-inlining elide-constructors elide-type eliminate-dwarf2-dups
  eliminate-unused-debug-symbols eliminate-unused-debug-types emit-class-debug-always emit-struct-debug-baseonly
  emit-struct-debug-detailed= emit-struct-debug-reduced enforce-eh-specs enum-int-equiv exceptions excess-precision=
  exec-charset= expensive-optimizations ext-numeric-literals extended-identifiers extern-tls-init fast-math
  fat-lto-objects finite-loops finite-math-only float-store fold-mem-offsets fold-simple-inlines for-scope force-addr
  forward-propagate fp-contract= fp-int-builtin-inexact freestanding friend-injection function-cse function-sections
  gcse gcse-after-reload gcse-las gcse-lm gcse-sm gimple gnu-keywords gnu-runtime gnu-tm gnu-unique gnu89-inline
  graphite graphite-identity guess-branch-probability handle-exceptions harden-compares harden-conditional-branches
  harden-control-flow-redundancy hardened hoist-adjacent-loads hosted huge-objects ident if-conversion if-conversion2
  implement-inlines implicit-constexpr implicit-inline-templates implicit-templates indirect-inlining
  inhibit-size-directive inline inline-atomics inline-functions inline-functions-called-once inline-limit=
  inline-small-functions input-charset= instrument-functions instrument-functions-exclude-file-list=
  instrument-functions-exclude-function-list= ipa-bit-cp ipa-cp ipa-cp-alignment ipa-cp-clone ipa-icf ipa-icf-functions
  ipa-icf-variables ipa-modref ipa-profile ipa-pta ipa-pure-const ipa-ra ipa-reference ipa-reference-addressable ipa-sra
  ipa-stack-alignment ipa-strict-aliasing ipa-vrp ira-algorithm= ira-hoist-pressure ira-loop-pressure ira-region=
  ira-share-save-slots ira-share-spill-slots ira-verbose= isolate-erroneous-paths-attribute
  isolate-erroneous-paths-dereference ivopts jump-tables keep-gc-roots-live keep-inline-functions keep-static-consts
  keep-static-functions large-source-files lax-vector-conversions leading-underscore lifetime-dse lifetime-dse=
  limit-function-alignment live-patching live-patching= live-range-shrinkage local-ivars loop-block loop-flatten
  loop-interchange loop-nest-optimize loop-optimize loop-parallelize-all loop-strip-mine loop-unroll-and-jam lra-remat
  math-errno max-errors= max-include-depth= merge-all-constants merge-constants merge-debug-strings message-length=
  min-function-alignment= modulo-sched modulo-sched-allow-regmoves move-loop-invariants move-loop-stores ms-extensions
  new-abi new-inheriting-ctors new-ttp-matching next-runtime nil-receivers non-call-exceptions nonansi-builtins
  nonnull-objects nothrow-opt objc-abi-version= objc-call-cxx-cdtors objc-direct-dispatch objc-exceptions objc-gc
  objc-nilcheck objc-sjlj-exceptions objc-std= offload-options= offload= omit-frame-pointer openacc openacc-dim= openmp
  openmp-simd operator-names optimize-register-move optimize-sibling-calls optimize-strlen optional-diags pack-struct
  pack-struct= partial-inlining patchable-function-entry= pcc-struct-return pch-deps pch-preprocess peel-loops peephole
  peephole2 permissive permitted-flt-eval-methods= pic pie plan9-extensions plt pre-include= predictive-commoning
  prefetch-loop-arrays preprocessed pretty-templates printf-return-value random-seed random-seed= reciprocal-math ree
  reg-struct-return regmove rename-registers reorder-blocks reorder-blocks-algorithm= reorder-blocks-and-partition
  reorder-functions replace-objc-classes report-bug rerun-cse-after-loop rerun-loop-opt
  reschedule-modulo-scheduled-loops rounding-math rtti sanitize-address-use-after-scope sanitize-coverage=
  sanitize-recover sanitize-recover= sanitize-sections= sanitize-trap sanitize-trap= sanitize-undefined-trap-on-error
  sanitize= sched-critical-path-heuristic sched-dep-count-heuristic sched-group-heuristic sched-interblock
  sched-last-insn-heuristic sched-pressure sched-rank-heuristic sched-spec sched-spec-insn-heuristic sched-spec-load
  sched-spec-load-dangerous sched-stalled-insns sched-stalled-insns-dep sched-stalled-insns-dep= sched-stalled-insns=
  sched-verbose= sched2-use-superblocks sched2-use-traces schedule-fusion schedule-insns schedule-insns2 section-anchors
  sel-sched-pipelining sel-sched-pipelining-outer-loops sel-sched-reschedule-pipelined selective-scheduling
  selective-scheduling2 semantic-interposition short-enums short-wchar show-column shrink-wrap shrink-wrap-separate
  signaling-nans signed-bitfields signed-char signed-zeros simd-cost-model= single-precision-constant sized-deallocation
  split-ivs-in-unroller split-loops split-paths split-stack split-wide-types split-wide-types-early ssa-backprop
  ssa-phiopt sso-struct= stack-check stack-check= stack-clash-protection stack-limit stack-limit-register=
  stack-limit-symbol= stack-protector stack-protector-all stack-protector-explicit stack-protector-strong stack-reuse=
  stdarg-opt store-merging strength-reduce strict-aliasing strict-enums strict-flex-arrays strict-flex-arrays=
  strict-overflow strict-prototype strict-volatile-bitfields strong-eval-order strong-eval-order= sync-libcalls tabstop=
  template-backtrace-limit= template-depth= thread-jumps threadsafe-statics tls-model= toplevel-reorder tracer
  track-macro-expansion track-macro-expansion= trampolines trapping-math trapv tree-bit-ccp tree-builtin-call-dce
  tree-ccp tree-ch tree-coalesce-inlined-vars tree-coalesce-vars tree-copy-prop tree-copyrename tree-cselim tree-dce
  tree-dominator-opts tree-dse tree-forwprop tree-fre tree-loop-distribute-patterns tree-loop-distribution
  tree-loop-if-convert tree-loop-if-convert-stores tree-loop-im tree-loop-ivcanon tree-loop-linear tree-loop-optimize
  tree-loop-vectorize tree-lrs tree-parallelize-loops= tree-partial-pre tree-phiprop tree-pre tree-pta tree-reassoc
  tree-salias tree-scev-cprop tree-sink tree-slp-vectorize tree-slsr tree-sra tree-store-ccp tree-store-copy-prop
  tree-switch-conversion tree-tail-merge tree-ter tree-vect-loop-version tree-vectorize tree-vectorizer-verbose=
  tree-vrp trivial-auto-var-init= unconstrained-commons unit-at-a-time unroll-all-loops unroll-completely-grow-size
  unroll-loops unsafe-loop-optimizations unsafe-math-optimizations unsigned-bitfields unsigned-char unswitch-loops
  unwind-tables use-cxa-atexit use-cxa-get-exception-ptr use-ld= use-linker-plugin var-tracking var-tracking-assignments
  var-tracking-assignments-toggle var-tracking-uninit variable-expansion-in-unroller vect-cost-model vect-cost-model=
  verbose-asm version-loops-for-strides visibility-inlines-hidden visibility-ms-compat visibility= vpt vtable-verify=
  weak web whole-program wide-exec-charset= wrapv wrapv-pointer zero-call-used-regs= zero-initialized-in-bss zero-link
`
  .trim()
  .split(/\s+/);
