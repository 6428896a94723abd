// -f options of clang (14 to 19) that change code, checks or messages, but name no output, take no separate value and do
// not let the working directory show. Other -f options are rows of clang.ts.

/** Without `-f` and `-fno-`; one that ends in `=` is followed by a value. Sorted. */
export const CLANG_PLAIN_FLAGS: readonly string[] = `
  PIC PIE aapcs-bitfield-load aapcs-bitfield-width access-control addrsig align-functions align-functions= align-jumps
  align-jumps= align-labels align-labels= align-loops align-loops= aligned-allocation aligned-new aligned-new=
  allow-editor-placeholders allow-unsupported altivec altivec-src-compat= android-pad-segment ansi-escape-codes
  apple-kext apple-link-rtlib apple-pragma-pack application-extension approx-func asm asm-blocks associative-math
  assume-nothrow-exception-dtor assume-sane-operator-new assume-unique-vtables assumptions async-exceptions
  asynchronous-unwind-tables auto-import autolink automatic basic-block-address-map basic-block-sections=
  binutils-version= blocks borland-extensions bracket-depth= branch-count-reg builtin c++-abi= c++-static-destructors
  call-saved-x10 call-saved-x11 call-saved-x12 call-saved-x13 call-saved-x14 call-saved-x15 call-saved-x18
  call-saved-x8 call-saved-x9 caller-saves caret-diagnostics caret-diagnostics-max-lines= cf-protection cf-protection=
  cf-runtime-abi= char8_t check-new clang-abi-compat= color-diagnostics comment-block-commands= common
  complete-member-pointers complex-arithmetic= constant-cfstrings constant-string-class= constexpr-backtrace-limit=
  constexpr-depth= constexpr-steps= convergent-functions coro-aligned-allocation coroutines coroutines-ts
  cx-fortran-rules cx-limited-range cxx-exceptions data-sections debug-default-version= debug-info-for-profiling
  debug-macro debug-ranges-base-address debug-types-section declspec default-inline defer-pop define-target-os-macros
  delayed-template-parsing delete-null-pointer-checks denormal-fp-math= devirtualize devirtualize-speculatively
  diagnostics-color diagnostics-color= diagnostics-fixit-info diagnostics-misexpect-tolerance=
  diagnostics-parseable-fixits diagnostics-print-source-range-info diagnostics-show-category= diagnostics-show-hotness
  diagnostics-show-line-numbers diagnostics-show-location= diagnostics-show-note-include-stack diagnostics-show-option
  diagnostics-show-template-tree digraphs direct-access-external-data disable-block-signature-string
  discard-value-names dollars-in-identifiers double-square-bracket-attributes dwarf-directory-asm dwarf-exceptions
  dwarf2-cfi-asm elide-constructors elide-type eliminate-unused-debug-symbols eliminate-unused-debug-types
  emit-all-decls emit-compact-unwind-non-canonical emit-dwarf-unwind= emulated-tls enable-matrix error-limit=
  escaping-block-tail-calls exceptions excess-precision= exec-charset= expensive-optimizations experimental-isel
  experimental-late-parse-attributes experimental-library experimental-new-constant-interpreter
  experimental-new-pass-manager experimental-relative-c++-abi-vtables experimental-sanitize-metadata-ignorelist=
  experimental-sanitize-metadata= experimental-strict-floating-point extend-arguments= extended-identifiers fast-math
  file-reproducible fine-grained-bitfield-accesses finite-loops finite-math-only fixed-point fixed-r19 fixed-r9
  fixed-x1 fixed-x10 fixed-x11 fixed-x12 fixed-x13 fixed-x14 fixed-x15 fixed-x16 fixed-x17 fixed-x18 fixed-x19
  fixed-x2 fixed-x20 fixed-x21 fixed-x22 fixed-x23 fixed-x24 fixed-x25 fixed-x26 fixed-x27 fixed-x28 fixed-x29
  fixed-x3 fixed-x30 fixed-x31 fixed-x4 fixed-x5 fixed-x6 fixed-x7 fixed-x8 fixed-x9 float-store for-scope
  force-dwarf-frame force-emit-vtables force-enable-int128 fp-contract= fp-eval-method= fp-exception-behavior=
  fp-model= freestanding friend-injection fuchsia-api-level= function-attribute-list function-sections gcse
  gcse-after-reload gcse-las gcse-sm global-isel gnu gnu-inline-asm gnu-keywords gnu-runtime gnu89-inline
  gnuc-version= heinous-gnu-extensions honor-infinites honor-infinities honor-nans hosted ident ignore-exceptions
  implement-inlines implicit-templates incremental-extensions indirect-virtual-calls inline inline-functions
  inline-functions-called-once inline-hint-functions inline-limit inline-limit= inline-max-stacksize=
  inline-small-functions input-charset= instrument-function-entry-bare instrument-functions
  instrument-functions-after-inlining integrated-as integrated-cc1 ipa-cp ivopts jmc jump-tables keep-inline-functions
  keep-persistent-storage-variables keep-static-consts knr-functions lax-vector-conversions lax-vector-conversions=
  legacy-pass-manager limit-debug-info limited-precision= macro-backtrace-limit= math-errno max-errors= max-tokens=
  max-type-align max-type-align= merge-all-constants merge-constants message-length= modulo-sched
  modulo-sched-allow-regmoves ms-compatibility ms-compatibility-version= ms-define-stdc ms-extensions ms-memptr-rep=
  ms-runtime-lib= ms-volatile msc-version= nested-functions new-alignment= new-infallible next-runtime
  non-call-exceptions noxray-link-deps objc-abi-version= objc-arc objc-arc-exceptions objc-atdefs
  objc-avoid-heapify-local-blocks objc-call-cxx-cdtors objc-convert-messages-to-runtime-calls
  objc-disable-direct-methods-for-testing objc-encode-cxx-class-template-spec objc-exceptions
  objc-infer-related-result-type objc-legacy-dispatch objc-link-runtime objc-new-property objc-nonfragile-abi
  objc-nonfragile-abi-version= objc-runtime= objc-sender-dependent-dispatch objc-weak omit-frame-pointer openacc
  openmp openmp-assume-no-nested-parallelism openmp-assume-no-thread-state openmp-assume-teams-oversubscription
  openmp-assume-threads-oversubscription openmp-enable-irbuilder openmp-extensions openmp-force-usm
  openmp-optimistic-collapse openmp-simd openmp-use-tls openmp= operator-arrow-depth= operator-names
  optimize-sibling-calls order-file-instrumentation pack-struct pack-struct= parse-all-comments pascal-strings
  patchable-function-entry= pcc-struct-return peel-loops permissive pic pie plt pointer-tbaa prefetch-loop-arrays
  preserve-as-comments printf protect-parens pseudo-probe-for-profiling ptrauth-auth-traps ptrauth-calls
  ptrauth-function-pointer-type-discrimination ptrauth-indirect-gotos ptrauth-init-fini ptrauth-intrinsics
  ptrauth-returns ptrauth-type-info-vtable-pointer-discrimination ptrauth-vtable-pointer-address-discrimination
  ptrauth-vtable-pointer-type-discrimination random-seed= randomize-layout-seed-file= randomize-layout-seed=
  raw-string-literals reciprocal-math reg-struct-return register-global-dtors-with-atexit
  relaxed-template-template-args rename-registers reorder-blocks reroll-loops retain-comments-from-system-headers ropi
  rounding-math rtlib-add-rpath rtlib-defaultlib rtti rtti-data rwpi safe-buffer-usage-suggestions
  sample-profile-use-profi sanitize-address-destructor= sanitize-address-field-padding=
  sanitize-address-globals-dead-stripping sanitize-address-outline-instrumentation
  sanitize-address-poison-custom-array-cookie sanitize-address-use-after-return= sanitize-address-use-after-scope
  sanitize-address-use-odr-indicator sanitize-blacklist sanitize-blacklist= sanitize-cfi-canonical-jump-tables
  sanitize-cfi-cross-dso sanitize-cfi-icall-experimental-normalize-integers sanitize-cfi-icall-generalize-pointers
  sanitize-coverage-allowlist= sanitize-coverage-blacklist= sanitize-coverage-ignorelist= sanitize-coverage-whitelist=
  sanitize-coverage= sanitize-hwaddress-abi= sanitize-hwaddress-experimental-aliasing sanitize-ignorelist
  sanitize-ignorelist= sanitize-link-c++-runtime sanitize-link-runtime sanitize-memory-param-retval
  sanitize-memory-track-origins sanitize-memory-track-origins= sanitize-memory-use-after-dtor sanitize-memtag-mode=
  sanitize-minimal-runtime sanitize-recover sanitize-recover= sanitize-stable-abi sanitize-stats
  sanitize-system-blacklist= sanitize-system-ignorelist= sanitize-thread-atomics sanitize-thread-func-entry-exit
  sanitize-thread-memory-access sanitize-trap sanitize-trap= sanitize-undefined-strip-path-components=
  sanitize-undefined-trap-on-error sanitize= sched-interblock schedule-insns schedule-insns2 see seh-exceptions
  semantic-interposition separate-named-sections short-enums short-wchar show-column show-overloads=
  show-skipped-includes show-source-location signaling-math signaling-nans signed-bitfields signed-char signed-zeros
  single-precision-constant sized-deallocation sjlj-exceptions slp-vectorize spec-constr-count spell-checking
  spell-checking-limit= split-dwarf-inlining split-machine-functions split-stack stack-check stack-clash-protection
  stack-protector stack-protector-all stack-protector-strong stack-size-section standalone-debug strength-reduce
  strict-aliasing strict-enums strict-flex-arrays= strict-float-cast-overflow strict-overflow strict-return
  strict-vtable-pointers struct-path-tbaa swift-async-fp= symbol-partition= tabstop= temp-file
  template-backtrace-limit= template-depth= threadsafe-statics tls-model tls-model= tracer trap-function=
  trapping-math trapv trapv-handler= tree-dce tree-salias tree-slp-vectorize tree-ter tree-vectorize tree-vrp
  trigraphs trivial-auto-var-init-max-size= trivial-auto-var-init-stop-after= trivial-auto-var-init=
  unique-basic-block-section-names unique-internal-linkage-names unique-section-names unit-at-a-time unroll-all-loops
  unroll-loops unsafe-loop-optimizations unsafe-math-optimizations unsigned-bitfields unsigned-char unswitch-loops
  unwind-tables use-cxa-atexit use-init-array use-ld= use-line-directives use-linker-plugin var-tracking
  variable-expansion-in-unroller veclib= vect-cost-model vectorize verbose-asm virtual-function-elimination
  visibility-dllexport= visibility-externs-dllimport= visibility-externs-nodllstorageclass=
  visibility-from-dllstorageclass visibility-global-new-delete-hidden visibility-global-new-delete=
  visibility-inlines-hidden visibility-inlines-hidden-static-local-var visibility-ms-compat
  visibility-nodllstorageclass= visibility= wasm-exceptions web whole-program wrapv writable-strings xl-pragma-pack
  xray-always-emit-customevents xray-always-emit-typedevents xray-function-groups= xray-function-index
  xray-ignore-loops xray-instrument xray-link-deps xray-selected-function-group= zero-call-used-regs=
  zero-initialized-in-bss zvector
`
  .trim()
  .split(/\s+/);
