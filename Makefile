# desq: make help lists the targets. Sources are found by wildcard, so a new file needs no edit here.

# ---- Settings: each may be given on the command line (make CC=clang BUILD=debug) --------------------------------------
BUILD    = release
# release: no assertions. debug: assertions, and DESQ_CHECKS: laws that hold on every sample path are checked in each run.
SANITIZE =
# Comma-separated sanitizers to build with: address,undefined or thread.
LTO      = no
# yes: optimise across files when linking (gcc; clang needs lld). Off: it gained less than it costs in building time.
MPI      = no
# 1: with MPI, for `mpirun -n 4 desq run ...` (docs/cluster.md).
PREFIX   = /usr/local
DESTDIR  =
# Where make install puts things: $(DESTDIR)$(PREFIX)/bin, lib, include/desq, share/desq.
SUITE    =
# make test SUITE=dist runs the tests of tests/test_dist.c alone; several names are allowed.
V        =
# V=1 shows whole commands.
ifeq ($(origin CC),default)
CC       = gcc
endif

# ---- Flags, each with its reason --------------------------------------------------------------------------------------
CFLAGS_release = -O3 -fno-tree-slp-vectorize
# Not two fields in one register: what was just stored as two words would be loaded as one, and has to reach the cache first.
STRATEGY      := $(foreach m,memset memcpy,-m$(m)-strategy=unrolled_loop:512:noalign,libcall:-1:noalign)
STRATEGY      := $(shell $(CC) $(STRATEGY) -x c -c -o /dev/null /dev/null 2> /dev/null && echo '$(STRATEGY)')
CFLAGS_release += $(STRATEGY)
# Where the compiler knows it (gcc for x86): structs are emptied and copied by stores; rep stos takes 30 cycles to begin.
CFLAGS_debug   = -O1 -g
CFLAGS        ?= $(CFLAGS_$(BUILD))

LANGUAGE  = -std=c17 -D_GNU_SOURCE
# C17; argp, and M_PI from math.h, are GNU's.
LANGUAGE += -ffp-contract=off
# No fused multiply-add: the same bits from every compiler and at every level of optimisation.
LANGUAGE += -pthread
WARNINGS  = -Wall -Wextra -Wpedantic -Wshadow -Wconversion
WARNINGS += -Wno-overlength-strings
# The plot scripts are compiled in as strings longer than the 4095 bytes that ISO C promises; gcc and clang take any.

DEFINES_release = -DNDEBUG
DEFINES_debug   = -DDESQ_CHECKS
DEFINES         = $(DEFINES_$(BUILD))

INCLUDES := -I. -Ibuild
# From the root, so that an include shows who depends on whom; build/plots/ holds the plot scripts as C strings.
INCLUDES += $(shell pkg-config --cflags gsl libcjson 2>/dev/null)
LIBS     := $(or $(shell pkg-config --libs gsl libcjson 2>/dev/null),-lgsl -lgslcblas -lcjson) -lm

ifneq ($(SANITIZE),)
LANGUAGE += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all
endif
ifeq ($(LTO),yes)
LANGUAGE += $(if $(findstring clang,$(CC)),-flto -fuse-ld=lld,-flto=auto -ffat-lto-objects)
AR        = $(if $(findstring clang,$(CC)),llvm-ar,gcc-ar)
endif

ifeq ($(MPI),1)
INCLUDES += $(patsubst -I%,-isystem %,$(filter -I%,$(or $(shell pkg-config --cflags ompi-c 2>/dev/null),$(shell pkg-config --cflags mpich 2>/dev/null))))
LIBS     += $(or $(shell pkg-config --libs ompi-c 2>/dev/null),$(shell pkg-config --libs mpich 2>/dev/null),-lmpi)
DEFINES  += -DDESQ_MPI
endif

COMPILE   = $(CC) $(LANGUAGE) $(CFLAGS) $(WARNINGS) $(DEFINES) $(INCLUDES) $(CPPFLAGS)

# ---- Files ------------------------------------------------------------------------------------------------------------
comma  := ,
config := $(if $(filter-out gcc,$(CC)),$(notdir $(firstword $(CC))) )$(filter-out release,$(BUILD))$(if $(SANITIZE), $(subst $(comma),-,$(SANITIZE)))$(if $(filter yes,$(LTO)), lto)$(if $(filter 1,$(MPI)), mpi)
config := $(subst $() ,-,$(strip $(config)))
# Each configuration has a folder of its own: build/ the usual one, build/debug, build/clang-debug-address-undefined, ...
B       = build$(if $(config),/$(config))

LIBRARY_SOURCES = $(wildcard sim/*.c sim/*/*.c models/*.c models/*/*.c)
CLI_SOURCES     = $(wildcard cli/*.c cli/*/*.c)
TEST_SOURCES    = $(wildcard tests/*.c)
PLOT_SCRIPTS    = $(wildcard plots/*.gp)

LIBRARY_OBJECTS = $(LIBRARY_SOURCES:%.c=$(B)/%.o)
CLI_OBJECTS     = $(CLI_SOURCES:%.c=$(B)/%.o)
TEST_OBJECTS    = $(TEST_SOURCES:%.c=$(B)/%.o)
BARE_PROGRAMS   = $(patsubst %.c,$(B)/%,$(wildcard tests/bench/*.c))
OBJECTS         = $(LIBRARY_OBJECTS) $(CLI_OBJECTS) $(TEST_OBJECTS) $(BARE_PROGRAMS:%=%.o)
PLOT_HEADERS    = $(PLOT_SCRIPTS:%=build/%.h)

PROGRAM = $(B)/desq
LIBRARY = $(B)/libdesq.a
TESTS   = $(B)/tests/run

version = $(shell sed -n 's/^.define DESQ_VERSION "\(.*\)"/\1/p' models/desq.h)

# One line per step; failures in full.
ifeq ($(V),)
Q = @
say = @printf '  %-7s %s\n' $(1) $(2)
endif

# As many jobs as processors where make was not told otherwise.
PARALLEL = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))
# Tests want a build that checks itself, unless another was asked for.
TEST_BUILD = $(if $(filter command,$(firstword $(origin BUILD))),$(BUILD),debug)

.DEFAULT_GOAL = all
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all test run-tests test-programs demo bench bench-plots validate coverage check-bits check-mpi install uninstall clean help deps format readme gallery FORCE

# ---- Building ---------------------------------------------------------------------------------------------------------
all: $(PROGRAM) ## the program build/desq and the library build/libdesq.a (default)

$(PROGRAM): $(CLI_OBJECTS) $(LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CC) $(LANGUAGE) $(CFLAGS) $(LDFLAGS) -o $@ $(CLI_OBJECTS) $(LIBRARY) $(LIBS)

$(LIBRARY): $(LIBRARY_OBJECTS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $(LIBRARY_OBJECTS)

# Tests see everything but the program's main.
$(TESTS): $(TEST_OBJECTS) $(filter-out $(B)/cli/main.o,$(CLI_OBJECTS)) $(LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CC) $(LANGUAGE) $(CFLAGS) $(LDFLAGS) -o $@ $(filter-out %/flags,$^) -lcunit $(LIBS)

$(B)/%.o: %.c $(B)/flags
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<

$(CLI_OBJECTS) $(TEST_OBJECTS): | $(PLOT_HEADERS)

# A plot script as a C string, one line of it per line.
build/plots/%.gp.h: plots/%.gp
	$(Q)mkdir -p $(@D)
	$(Q)sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/"&\\n"/' $< > $@

# Changes only when the command does: other flags mean other objects.
$(B)/flags: FORCE
	@mkdir -p $(@D); echo '$(COMPILE)' | cmp -s - $@ || echo '$(COMPILE)' > $@

-include $(OBJECTS:.o=.d)

# ---- Running ----------------------------------------------------------------------------------------------------------
deps: ## install what is missing to build, test and plot (Debian, Ubuntu; elsewhere: say what)
	@CC='$(CC)' .ci/deps build test plot

test: ## install what is missing, build with checks on, run all tests (SUITE=name: only that one)
	@CC='$(CC)' .ci/deps build test
	@echo "Building the program and its tests in build/ ($(TEST_BUILD) build)"
	@+$(MAKE) --no-print-directory $(PARALLEL) BUILD=$(TEST_BUILD) test-programs
	@+$(MAKE) --no-print-directory BUILD=$(TEST_BUILD) run-tests

test-programs: $(PROGRAM) $(TESTS)

run-tests: $(PROGRAM) $(TESTS)
	@DESQ=$(PROGRAM) $(TESTS) $(SUITE)

demo: ## install what is missing, build, run the web server scenario, leave its plots in out/web-server
	@CC='$(CC)' .ci/deps build plot
	@echo "Building build/desq"
	@+$(MAKE) --no-print-directory $(PARALLEL) all
	@mkdir -p out/web-server
	$(PROGRAM) run scenarios/web-server.json --json out/web-server/result.json --plots out/web-server || test $$? -eq 1
	@echo; echo "(A requirement that is not met, as here at high load, is exit status 1: meant for CI, no failure of this demo.)"
	@echo; echo "The plots, each beside its data and its gnuplot script, and the result as JSON:"
	@ls out/web-server/*.png out/web-server/*.svg out/web-server/result.json 2>/dev/null | sed 's/^/  /'

bench: all $(BARE_PROGRAMS) ## time per customer, each beside a bare C loop for the same queue
	tests/bench/run $(PROGRAM) $(B)/tests/bench
	@echo; echo "what a feature costs, where it is used (instructions per customer, M/M/1 at 0.7 by the calendar)"
	@if command -v valgrind > /dev/null; then tests/bench/features $(PROGRAM); else echo "(needs valgrind)"; fi
	@echo; echo "time to an answer: all headline means, or p99 too, to within 1 % at 95 %; wall time in s"
	tests/bench/answers $(PROGRAM)

bench-plots: all $(BARE_PROGRAMS) ## how the cost of an event grows with pending events, stations, load, threads, ranks: docs/performance/
	@+if command -v mpicc > /dev/null; then $(MAKE) --no-print-directory $(PARALLEL) MPI=1 all; fi # else without ranks
	tests/bench/growth $(PROGRAM) $(B)/tests/bench out/growth $(B)/mpi/desq
	cp out/growth/growth.svg docs/performance/growth.svg

$(BARE_PROGRAMS): %: %.o $(LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CC) $(LANGUAGE) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

validate: all $(TESTS) ## minutes of runs against exact values: the claims, heavy loads, many servers
	$(PROGRAM) claims
	$(PROGRAM) validate
	$(PROGRAM) validate scenarios/*.json
	DESQ_VALIDATE=1 $(TESTS) theory networks
	$(MAKE) --no-print-directory BUILD=debug test-programs
	DESQ_VALIDATE=1 build/debug/tests/run random random_chain

coverage: all ## half an hour on one core: how often intervals hold the truth, 1000 runs of each study in tests/coverage
	status=0; for study in tests/coverage/*.json; do $(PROGRAM) coverage $$study --runs 1000 || status=1; done; exit $$status

check-bits: ## the same bits from gcc and clang, -O0 and -O3, one thread and four
	@tests/check-bits

check-mpi: ## install MPI where it is missing, build with it (MPI=1), compare 1, 2 and 4 ranks with threads, kill one
	@CC='$(CC)' .ci/deps build mpi
	@+$(MAKE) --no-print-directory $(PARALLEL) MPI=1 all
	@tests/check-mpi $(B)/mpi/desq

readme: all ## put the real output of commands into README.md and docs/, and draw the README's picture
	@mkdir -p out/readme
	$(PROGRAM) run scenarios/web-server.json --quiet --plots out/readme > /dev/null || test $$? -eq 1
	cp out/readme/response.png docs/web-server.png
	$(PROGRAM) claims --set n=200 --quiet --plots out/readme/article # the pictures of docs/article.md
	cp out/readme/article/*.svg docs/article/
	@for page in README.md docs/scenario-format.md docs/theory.md; do \
	    echo "filling in $$page"; \
	    PATH="$(CURDIR)/$(B):$$PATH" awk -f docs/readme.awk $$page > out/readme/page && cp out/readme/page $$page || exit 1; done

gallery: all ## run every scenario and make scenarios/README.md from their answers and pictures (minutes)
	docs/gallery $(PROGRAM)

format: ## clang-format over all sources
	clang-format -i $(wildcard sim/*.[ch] sim/*/*.[ch] models/*.[ch] models/*/*.[ch] cli/*.[ch] cli/*/*.[ch] plots/*.h tests/*.[ch] tests/bench/*.[ch])

# ---- Installing -------------------------------------------------------------------------------------------------------
bindir     = $(DESTDIR)$(PREFIX)/bin
libdir     = $(DESTDIR)$(PREFIX)/lib
includedir = $(DESTDIR)$(PREFIX)/include/desq
sharedir   = $(DESTDIR)$(PREFIX)/share/desq

# Headers are installed as desq/models/..., desq/sim/..., and name each other so; desq/desq.h includes them all.
install: all ## program, library, headers, scenarios and plot scripts under PREFIX (/usr/local)
	install -d $(bindir) $(libdir)/pkgconfig $(includedir) $(sharedir)/scenarios $(sharedir)/plots
	install $(PROGRAM) $(bindir)/desq
	install -m 644 $(LIBRARY) $(libdir)/libdesq.a
	@for f in $$($(CC) $(LANGUAGE) $(INCLUDES) -MM -MT x models/desq.h | tr ' \\' '\n\n' | grep -E '^(models|sim)/'); do \
	    echo "install $$f"; install -d $(includedir)/$${f%/*} && \
	    sed 's:^#include "\(models\|sim\)/:#include "desq/\1/:' $$f > $(includedir)/$$f && \
	    chmod 644 $(includedir)/$$f || exit 1; done
	@{  printf '%s\n' '/* desq.h: the library, as #include <desq/desq.h>, from C and from C++. */' \
	        '#ifndef DESQ_DESQ_H' '#define DESQ_DESQ_H' \
	        '/* System headers first: their C++ forms must not stand inside extern "C". */'; \
	    find $(includedir)/models $(includedir)/sim -name '*.h' -exec sed -n '/^#include </p' {} + | LC_ALL=C sort -u; \
	    printf '%s\n' '#ifdef __cplusplus' '#ifndef _Bool' '#define _Bool bool' '#endif' 'extern "C" {' '#endif' \
	        '#include "desq/models/desq.h"' '#ifdef __cplusplus' '}' '#endif' '#endif'; \
	} > $(includedir)/desq.h
	install -m 644 $(wildcard scenarios/*.*) $(sharedir)/scenarios
	$(if $(PLOT_SCRIPTS),install -m 644 $(PLOT_SCRIPTS) $(sharedir)/plots)
	@printf '%s\n' 'Name: desq' 'Description: discrete-event simulation of queues' 'Version: $(version)' \
	    'Requires: gsl libcjson' 'Cflags: -I$(PREFIX)/include -I$(PREFIX)/include/desq' 'Libs: -L$(PREFIX)/lib -ldesq -lm -lpthread' \
	    > $(libdir)/pkgconfig/desq.pc

uninstall: ## remove what install put there
	rm -f $(bindir)/desq $(libdir)/libdesq.a $(libdir)/pkgconfig/desq.pc
	rm -rf $(includedir) $(sharedir)

clean: ## remove build/ and out/
	rm -rf build out

help: ## this text
	@echo "Targets:"
	@sed -n 's/^\([a-z][a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | while IFS='	' read -r t d; do \
	    printf '  %-11s %s\n' "$$t" "$$d"; done
	@echo "Settings: CC, CFLAGS, BUILD=release|debug, SANITIZE=address,undefined|thread, LTO=yes, MPI=1, PREFIX, DESTDIR, SUITE, V=1"
