# fargate-batchd: `make help` lists the targets.

VERSION ?= 0.1.0

prefix      ?= /usr/local
bindir      ?= $(prefix)/bin
sbindir     ?= $(prefix)/sbin
sysconfdir  ?= /etc
datadir     ?= $(prefix)/share
mandir      ?= $(datadir)/man
PKG_CONFIG  ?= pkg-config
PYTHON      ?= python3

# One object tree per flavour and compiler, so that sanitized and plain objects never mix.
FLAVOUR ?= release
B       := build/$(FLAVOUR)$(if $(filter-out cc gcc,$(CC)),-$(notdir $(CC)))

flavour_release  := -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
flavour_debug    := -Og -g3
flavour_asan     := -O1 -g3 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
flavour_coverage := -O0 -g3 --coverage
flavour_analyze  := -O2 -g -fanalyzer
flavour_fuzz     := -O1 -g3 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
ifeq ($(flavour_$(FLAVOUR)),)
$(error unknown FLAVOUR '$(FLAVOUR)': release, debug, asan, coverage, analyze or fuzz)
endif

PKGS  := libcurl openssl jansson libsystemd expat
DEBS  := gcc make pkg-config libcurl4-openssl-dev libssl-dev libjansson-dev libev-dev libsystemd-dev libexpat1-dev \
         python3 python3-venv ca-certificates tzdata

# A compiler that does not know a flag says so once; the rest of the flags stay.
try = $(shell echo 'int x;' | $(CC) -Werror $(1) -x c -c - -o /dev/null 2>/dev/null && echo $(1))

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes -Wmissing-prototypes \
        -Wold-style-definition -Wvla -Wformat=2 -Wundef -Wcast-qual -Wwrite-strings -Wimplicit-fallthrough \
        -Werror=implicit-function-declaration -Werror=int-conversion -Werror=incompatible-pointer-types
WARN += $(foreach w,-Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wjump-misses-init,$(call try,$(w)))
HARD := -fstack-protector-strong -fPIE
HARD += $(foreach f,-fstack-clash-protection -fcf-protection=full -fstrict-flex-arrays=3 \
                    -ftrivial-auto-var-init=zero,$(call try,$(f)))

override CPPFLAGS += -D_GNU_SOURCE -I. -Idaemon -DVERSION='"$(VERSION)"' -MMD -MP
override CFLAGS   += -std=gnu17 $(flavour_$(FLAVOUR)) $(WARN) $(HARD) $(if $(WERROR),-Werror) \
                     -ffile-prefix-map=$(CURDIR)/= $(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null)
override LDFLAGS  += $(filter -fsanitize=% --coverage,$(flavour_$(FLAVOUR))) -pie \
                     -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed
# libev ships no .pc file.
override LDLIBS   += $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null) -lev -lm

programs := fargate-batchd fargate-batchctl
mains    := daemon/fargate-batchd.c daemon/fargate-batchctl.c daemon/print_schema.c
src      := $(sort $(wildcard common/*.c daemon/*.c daemon/*/*.c daemon/*/*/*.c))
core     := $(filter-out $(mains),$(src))
unit     := $(sort $(wildcard tests/unit/test_*.c))
unit_lib := $(sort $(filter-out $(unit),$(wildcard tests/unit/*.c)))
fuzz     := $(sort $(wildcard tests/fuzz/fuzz_*.c))
obj       = $(patsubst %.c,$(B)/%.o,$(1))

ifneq ($(V),1)
Q   := @
say  = @printf '  %-4s %s\n' $(1) $(2)
endif

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all unit clean help FORCE

all: $(programs:%=build/%)   ## build both programs into build/ (FLAVOUR=release|debug|asan|coverage|analyze, CC=clang)

# What lies in build/ is the flavour built last.
$(programs:%=build/%): build/%: $(B)/% FORCE
	@cmp -s $< $@ || install -m 0755 $< $@

$(programs:%=$(B)/%) $(B)/print_schema: $(B)/%: $(B)/daemon/%.o $(B)/core.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/core.a: $(call obj,$(core))
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/tests/unit/test_%: $(B)/tests/unit/test_%.o $(call obj,$(unit_lib)) $(B)/core.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(B)/core.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

$(B)/tests/schedule/next_lines: $(B)/tests/schedule/next_lines.o $(B)/core.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# The command line is a prerequisite: changed flags rebuild.
$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(CC) $(CPPFLAGS) $(CFLAGS))' > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
FORCE:

unit_bins := $(patsubst %.c,$(B)/%,$(unit))
unit-build: $(unit_bins)
unit: unit-build   ## build and run the unit tests of this flavour
	@sh tests/run-unit.sh $(unit_bins)

# The comparison of our signatures with botocore's: tests/sigv4/compare.py runs this.
$(B)/tests/sigv4/sign_lines: $(B)/tests/sigv4/sign_lines.o $(B)/core.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

schemas := $(wildcard config/*.schema.json)
.PHONY: schema
schema: $(B)/print_schema   ## write config/*.schema.json from the tables of daemon/model/definition/schema.h
	$(Q)for file in $(schemas); do \
		$< $$(basename $$file .schema.json) > $$file.new && mv $$file.new $$file || exit; \
	done

clean:   ## remove build/
	rm -rf build compile_commands.json

help:   ## this list
	@sed -n 's/^\([a-z][a-z -]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

-include $(patsubst %.c,$(B)/%.d,$(src) $(unit) $(unit_lib) $(fuzz))

# --- set-up, checks, demonstration

.PHONY: setup demo check golden system faults faults-pairs lint bench asan fuzz fuzz-build format
setup:   ## install what building and testing need: packages (as root), emulator in build/venv
	@sh tests/setup.sh

demo:   ## the whole way on an emulator of AWS: install, build, check, diff, apply, drift, repair
	@sh tests/setup.sh demo && $(MAKE) --no-print-directory all && sh tests/demo.sh

check:   ## set-up, build, all tests; the last line is the sum
	@sh tests/check.sh

system: all   ## system tests of what lies in build/ (T='-k words' picks some)
	@build/venv/bin/python -m pytest -q -n 2 tests/system $(T)

faults: all   ## every kind of fault at every call of every scenario (T='--row move' or '--only move/12/lost' picks some)
	@build/venv/bin/python tests/faults/faults.py $(T)

faults-pairs: all   ## random pairs of faults, the seed printed (PAIRS=10000, T='--seed N' repeats)
	@build/venv/bin/python tests/faults/faults.py --pairs $(or $(PAIRS),10000) $(T)

bench: all   ## calls, CPU, memory and time of a converged pass of 300 batches, beside a boto3 reader
	@build/venv/bin/python tests/bench/bench.py

asan:   ## build with AddressSanitizer and UBSan, run unit and system tests
	@$(MAKE) --no-print-directory FLAVOUR=asan all unit && build/venv/bin/python -m pytest -q -n 2 tests/system

fuzz-build: $(patsubst %.c,$(B)/%,$(fuzz))
fuzz:   ## fuzz what reads files, with clang (FUZZ_SECONDS=60 for each target, FUZZ='definitions state' picks some)
	@sh tests/fuzz/run.sh

lint:   ## layers, headers that compile alone, format, clang-tidy, words
	@sh tests/lint/lint.sh

format:   ## clang-format all C files in place
	@clang-format -i $(src) $(sort $(wildcard common/*.h daemon/*.h daemon/*/*.h daemon/*/*/*.h)) $(unit) $(unit_lib) \
		$(fuzz) $(wildcard tests/*.h tests/unit/*.h tests/fuzz/*.h)

# For editors and clang-tidy: the plain flags, which clang knows too.
compile_commands.json: Makefile $(src) $(unit)   ## compilation database
	@$(PYTHON) tests/compile-commands.py $(CC) '$(subst ','\'',$(CPPFLAGS))' '$(filter-out -MMD -MP,$(CFLAGS))' $(src) $(unit) $(unit_lib) > $@

# --- installation: make install DESTDIR= prefix= …; what a person wrote under $(sysconfdir) is never overwritten

unitdir     ?= $(prefix)/lib/systemd/system
sysusersdir ?= $(prefix)/lib/sysusers.d
catalogdir  ?= $(prefix)/lib/systemd/catalog
docdir      ?= $(datadir)/doc/fargate-batchd
bashcompdir ?= $(datadir)/bash-completion/completions
zshcompdir  ?= $(datadir)/zsh/site-functions
DEB_REVISION ?= 1

# Source and place of every file that is ours to replace and to remove.
installed := \
	build/fargate-batchd:$(sbindir)/fargate-batchd \
	build/fargate-batchctl:$(bindir)/fargate-batchctl \
	systemd/fargate-batchd.service:$(unitdir)/fargate-batchd.service \
	systemd/fargate-batchd.sysusers:$(sysusersdir)/fargate-batchd.conf \
	systemd/fargate-batchd.catalog:$(catalogdir)/fargate-batchd.catalog \
	$(foreach file,$(wildcard config/*.schema.json),$(file):$(datadir)/fargate-batchd/$(notdir $(file))) \
	config/completion/fargate-batchctl.bash:$(bashcompdir)/fargate-batchctl \
	config/completion/_fargate-batchctl:$(zshcompdir)/_fargate-batchctl \
	$(foreach page,$(wildcard config/*.[158]),$(page):$(mandir)/man$(subst .,,$(suffix $(page)))/$(notdir $(page))) \
	$(foreach file,$(wildcard config/examples/*.json),$(file):$(docdir)/examples/$(notdir $(file)))

.PHONY: install uninstall deb check-service
install: all   ## install both programs, unit, manual pages … (DESTDIR=, prefix=/usr/local, sysconfdir=/etc)
	@bindir='$(bindir)' sbindir='$(sbindir)' sysconfdir='$(sysconfdir)' DESTDIR='$(DESTDIR)' \
		sh config/install.sh install $(installed)

uninstall:   ## remove what install put there, whatever its prefix, but no settings, definitions or state of yours
	@bindir='$(bindir)' sbindir='$(sbindir)' sysconfdir='$(sysconfdir)' DESTDIR='$(DESTDIR)' \
		sh config/install.sh uninstall $(installed)

deb: all   ## a Debian package in build/, from this tree (DEB_REVISION=1)
	@MAKE='$(MAKE)' VERSION='$(VERSION)' REVISION='$(DEB_REVISION)' sh config/deb/build.sh

check-service: all   ## the service in booted Debian 12 and 13 containers; needs root (T='-k words' picks some)
	@sh tests/service/run.sh $(T)
