# `make help` lists the targets. MODE picks the kind of build and its folder,
# build/MODE: release, asan, tsan, cover or fuzz.
PROG    := trawl
VERSION := 0.1.0
MODE    ?= release
BUILD   := build/$(MODE)
PREFIX  ?= /usr/local

BISON   ?= bison
FLEX    ?= flex
PKGS    := libpcap lmdb libzstd libxxhash libarchive liblzma zlib libedit
LAYERS  := base store ingest grammar query cli

FUZZ_SECONDS ?= 60

CFLAGS_release := -O2 -g
CFLAGS_asan    := -O1 -g -fsanitize=address,undefined \
                  -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS_tsan    := -O1 -g -fsanitize=thread
CFLAGS_cover   := -O0 -g --coverage
CFLAGS_fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined \
                  -fno-sanitize-recover=all -fno-omit-frame-pointer
WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
        -Wmissing-prototypes -Wvla -Wformat=2 -Wundef -Wpointer-arith \
        -Wcast-qual -Wwrite-strings

ifeq ($(MODE),fuzz)
CC := clang
endif

# One line a file; V=1 shows the commands.
ifdef V
say = $1
else
say = @echo '  $(strip $2)'; $1
endif
MAKEFLAGS += -r

# $(call once,NAME,COMMAND): the command's output, asked for when first used,
# so that nothing is asked of pkg-config before `make deps` could install it.
once = $(eval $1 := $$(shell $2 2>/dev/null))$($1)
PKG_CPPFLAGS  = $(call once,PKG_CPPFLAGS,pkg-config --cflags $(PKGS))
PKG_LIBS      = $(call once,PKG_LIBS,pkg-config --libs $(PKGS))
TEST_CPPFLAGS = $(call once,TEST_CPPFLAGS,pkg-config --cflags cmocka)
TEST_LIBS     = $(call once,TEST_LIBS,pkg-config --libs cmocka)

OUR_CPPFLAGS = -I. -I$(BUILD) -D_GNU_SOURCE -DVERSION='"$(VERSION)"' \
               $(PKG_CPPFLAGS) $(CPPFLAGS)
OUR_CFLAGS   = -std=c11 -pthread $(CFLAGS_$(MODE)) \
               -ffile-prefix-map=$(CURDIR)=. $(CFLAGS)
COMPILE      = $(CC) $(OUR_CPPFLAGS) $(OUR_CFLAGS) -MMD -MP
LINK         = $(CC) $(OUR_CFLAGS) $(LDFLAGS)
LIBS         = $(PKG_LIBS) -lm $(LDLIBS)

# Every folder may be empty, and a new file is picked up by being there.
objects   = $(patsubst %.c,$(BUILD)/%.o,$1)
GEN_C    := $(patsubst %.y,$(BUILD)/%.c,$(wildcard $(LAYERS:=/*.y))) \
            $(patsubst %.l,$(BUILD)/%.c,$(wildcard $(LAYERS:=/*.l)))
GEN_O    := $(GEN_C:.c=.o)
GEN_H    := $(GEN_C:.c=.h)
SRC      := $(wildcard $(LAYERS:=/*.c))
OBJ      := $(call objects,$(SRC)) $(GEN_O)
LIB      := $(filter-out $(BUILD)/cli/main.o,$(OBJ))
BENCH    := $(wildcard bench/gen/*.c)
BENCH_O  := $(call objects,$(BENCH) $(wildcard base/*.c))
HELP_C   := $(filter-out tests/test_% tests/fuzz_%,$(wildcard tests/*.c))
HELP_O   := $(call objects,$(HELP_C))
TEST     := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/test_*.c))
FUZZ     := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz_*.c))
PROGRAM  := $(if $(filter cli/main.c,$(SRC)),$(BUILD)/$(PROG))
GEN      := $(if $(BENCH),$(BUILD)/gen)

# What scripts need to know; they run in the root of the tree.
SCRIPT_ENV = TRAWL=$(CURDIR)/$(BUILD)/$(PROG) GEN=$(CURDIR)/build/release/gen \
             BUILD=$(BUILD)

all: need ## build build/release/trawl and ./trawl
	@+$(MAKE) --no-print-directory programs pages

# Without this a missing library would show as a compiler's error.
need:
	@TRAWL_NO_INSTALL=1 scripts/deps.sh build

programs: $(PROGRAM) $(GEN)
ifeq ($(MODE)$(and $(PROGRAM),yes),releaseyes)
	@ln -sfn $(BUILD)/$(PROG) $(PROG)
endif

$(BUILD)/$(PROG): $(OBJ)
	$(call say,$(LINK) $^ $(LIBS) -o $@,link $@)

$(BUILD)/gen: $(BENCH_O)
	$(call say,$(LINK) $^ $(LIBS) -o $@,link $@)

# Man pages and completions, with the tables that the program prints.
PAGES := $(patsubst docs/man/%.in,$(BUILD)/man/%,$(wildcard docs/man/*.in)) \
         $(BUILD)/complete/bash $(BUILD)/complete/zsh
pages: $(if $(PROGRAM),$(PAGES))
$(BUILD)/man/%: docs/man/%.in scripts/man.sh $(PROGRAM) Makefile
	@mkdir -p $(@D)
	$(call say,scripts/man.sh $(BUILD)/$(PROG) $(VERSION) $< >$@,man $@)
$(BUILD)/complete/%: $(wildcard scripts/completions.*) $(PROGRAM)
	@mkdir -p $(@D)
	$(call say,scripts/completions.sh $(BUILD)/$(PROG) $* >$@,complete $@)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,$(COMPILE) $(WARN) -c $< -o $@,cc $<)

# Generated code is never committed and never warned about.
$(BUILD)/%.c $(BUILD)/%.h &: %.y
	@mkdir -p $(@D)
	$(call say,$(BISON) -Wall -Werror -Wcounterexamples \
	    --header=$(BUILD)/$*.h -o $(BUILD)/$*.c $<,bison $<)
$(BUILD)/%.c $(BUILD)/%.h &: %.l
	@mkdir -p $(@D)
	$(call say,$(FLEX) --header-file=$(BUILD)/$*.h -o $(BUILD)/$*.c $<,flex $<)
$(GEN_O): $(BUILD)/%.o: $(BUILD)/%.c | $(GEN_H)
	$(call say,$(COMPILE) -c $< -o $@,cc $<)
$(call objects,$(wildcard grammar/*.c)): | $(GEN_H)

# A test that replaces functions of libraries says so in a line of its own:
# /* link: -Wl,--wrap=mdb_put */
link_line = $(shell sed -n 's|^/\* link: \(.*\) \*/$$|\1|p' $1)

$(BUILD)/tests/test_%: $(BUILD)/tests/test_%.o $(HELP_O) $(LIB)
	$(call say,$(LINK) $^ $(call link_line,tests/test_$*.c) $(LIBS) \
	    $(TEST_LIBS) -o $@,link $@)
$(BUILD)/tests/bpf/%: $(BUILD)/tests/bpf/%.o $(BUILD)/tests/batches.o $(LIB)
	$(call say,$(LINK) $^ $(LIBS) -o $@,link $@)
$(BUILD)/tests/fuzz_%: $(BUILD)/tests/fuzz_%.o $(BUILD)/tests/batches.o $(LIB)
	$(call say,$(LINK) -fsanitize=fuzzer $^ $(LIBS) -o $@,link $@)
$(BUILD)/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(call say,$(COMPILE) $(TEST_CPPFLAGS) $(WARN) -c $< -o $@,cc $<)

# $(call each,COMMANDS): runs every one, says which failed, fails if any did.
# $(wildcard) of nothing is nothing, so a folder without scripts passes.
define each
@bad=0; for t in $1; do \
    $(SCRIPT_ENV) $2 $$t || { echo "FAILED: $$t"; bad=1; }; \
done; exit $$bad
endef

run-unit: $(TEST)
	@printf '%s\n' $^ | $(SCRIPT_ENV) xargs -r -P2 -n1 tests/run_unit.sh
run-specs: $(PROGRAM) $(GEN)
	$(call each,$(wildcard tests/run_specs.sh))
run-checks: $(PROGRAM) $(GEN) run-specs
	$(call each,$(sort $(wildcard tests/check_*.sh)))
run-proof: programs
	$(call each,$(sort $(wildcard tests/proof_*.sh tests/check_*.sh)),\
	    PROOF=full)
run-bench: programs
	$(call each,$(sort $(wildcard bench/bench_*.sh)))
run-demo: programs
	$(call each,$(wildcard scripts/demo.sh))
run-fuzz: $(FUZZ)
	$(call each,$(FUZZ),FUZZ_SECONDS=$(FUZZ_SECONDS) tests/run_fuzz.sh)

# These install what is missing first; what comes after is a second make,
# which then finds it.
deps: ## install what building and testing need, after naming it
	@scripts/deps.sh
demo: deps ## make two months of traffic, ingest it, ask it questions
	@+$(MAKE) --no-print-directory run-demo
test check: deps ## every test but the long ones
	@+$(MAKE) --no-print-directory programs
	@+$(MAKE) --no-print-directory -k run-unit run-checks
proof: deps ## the long comparisons with other programs
	@+$(MAKE) --no-print-directory run-proof
asan tsan: deps ## unit tests and specs under sanitizers
	@+$(MAKE) --no-print-directory MODE=$@ run-unit run-specs
cover: deps ## which lines and branches the tests reach
	@find build/cover -name '*.gcda' -delete 2>/dev/null || true
	@+$(MAKE) --no-print-directory MODE=cover run-unit run-checks
	@scripts/cover.sh build/cover $(LAYERS)
fuzz: deps ## FUZZ_SECONDS (60) of random input for each fuzz target
	@+$(MAKE) --no-print-directory MODE=fuzz run-fuzz
bench: deps ## speed and size beside other programs
	@+$(MAKE) --no-print-directory run-bench

# A tidy file is checked again when its object was built again, so that a
# changed header counts. One file a run: given many, clang-tidy 14 reports
# false va_list errors.
TIDY := $(patsubst %.c,build/tidy/%.ok,$(SRC) $(BENCH))
build/tidy/%.ok: $(BUILD)/%.o .clang-tidy
	@mkdir -p $(@D)
	@echo '  clang-tidy $*.c'
	@clang-tidy --quiet $*.c -- $(OUR_CPPFLAGS) -std=c11 2>$@.log || \
	    { cat $@.log; exit 1; }
	@touch $@
tidy: $(if $(shell command -v clang-tidy),$(TIDY))
	$(if $^,,@echo "lint: clang-tidy is not installed: skipped")

lint: deps ## format, clang-tidy, layers, names, lengths
	@+$(MAKE) --no-print-directory -k -j2 run-lint
run-lint: tidy lint-text lint-names
lint-text:
	@bad=0; \
	tests/lint_format.sh $(LAYERS) tests bench/gen || bad=1; \
	tests/lint_libs.sh || bad=1; \
	tests/lint_layers.sh || bad=1; \
	tests/lint_length.sh $(LAYERS) || bad=1; \
	tests/lint_paths.sh || bad=1; \
	exit $$bad
lint-names: $(LIB)
	@tests/lint_names.sh $^

SHARE = $(DESTDIR)$(PREFIX)/share
BASHC = $(SHARE)/bash-completion/completions
ZSHC  = $(SHARE)/zsh/site-functions
DOCS  = README.md CHANGELOG.md LICENSE $(wildcard docs/*.md) store/FORMAT.md
HUNTS = $(wildcard hunts/*.hunt hunts/*.test)
# $(call put,FOLDER,MODE,FILES): nothing where there are no files.
put = $(if $(strip $3),install -d $1 && install -m $2 $3 $1)
install: all ## install below PREFIX (/usr/local), within DESTDIR
	$(call put,$(DESTDIR)$(PREFIX)/bin,755,$(BUILD)/$(PROG))
	$(call put,$(SHARE)/man/man1,644,$(BUILD)/man/$(PROG).1)
	$(call put,$(SHARE)/man/man7,644,$(BUILD)/man/$(PROG)-query.7)
	install -d $(BASHC) $(ZSHC)
	install -m 644 $(BUILD)/complete/bash $(BASHC)/$(PROG)
	install -m 644 $(BUILD)/complete/zsh $(ZSHC)/_$(PROG)
	$(foreach d,$(sort $(dir $(DOCS))),$(call put,$(SHARE)/doc/$(PROG)/$d,\
	    644,$(foreach f,$(DOCS),$(if $(filter $d,$(dir $f)),$f))) &&) :
	$(call put,$(SHARE)/$(PROG)/hunts,644,$(HUNTS))
uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/$(PROG) $(BASHC)/$(PROG) $(ZSHC)/_$(PROG) \
	    $(SHARE)/man/man1/$(PROG).1 $(SHARE)/man/man7/$(PROG)-query.7
	rm -rf $(SHARE)/doc/$(PROG) $(SHARE)/$(PROG)
dist: ## pack the committed tree into build/trawl-VERSION.tar.gz
	@mkdir -p build
	git archive --prefix=$(PROG)-$(VERSION)/ \
	    -o build/$(PROG)-$(VERSION).tar.gz HEAD
clean: ## remove everything that was built
	rm -rf build $(PROG)
help: ## list the targets
	@sed -n 's/^\([a-z][a-z ]*\):.* ## /\1\t/p' Makefile | \
	    awk -F '\t' '{ printf "%-12s %s\n", $$1, $$2 }'
print-cppflags:
	@echo $(OUR_CPPFLAGS)

-include $(OBJ:.o=.d) $(BENCH_O:.o=.d) $(HELP_O:.o=.d) $(TEST:=.d) $(FUZZ:=.d) \
    $(wildcard $(BUILD)/tests/bpf/*.d)
.PHONY: all need programs pages deps demo test check proof asan tsan cover \
        fuzz bench lint tidy install uninstall dist clean help print-cppflags \
        run-unit run-specs run-checks run-proof run-bench run-demo run-fuzz \
        run-lint lint-text lint-names
.DELETE_ON_ERROR:
.SECONDARY:
