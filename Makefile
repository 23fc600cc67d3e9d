# auxcell: one non-recursive Makefile, out-of-tree build in build/<config>/
#   make MODE=debug|release SAN=none|address|thread CC=gcc|clang|aarch64-linux-gnu-gcc

.DEFAULT_GOAL := all
MODE ?= release
SAN  ?= none
ifeq ($(origin CC),default)
CC := gcc
endif
# what the compiler makes code for: x86_64, aarch64, ...
MACHINE := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
FOREIGN := $(filter-out $(shell uname -m),$(MACHINE))
CONFIG := $(MODE)$(if $(filter-out none,$(SAN)),-$(SAN))$(if $(findstring clang,$(CC)),-clang)$(if $(FOREIGN),-$(FOREIGN))
B := build/$(CONFIG)

WARN := -Wall -Wextra -Werror -pedantic -Wshadow -Wvla -Wpointer-arith -Wwrite-strings \
        -Wmissing-prototypes -Wstrict-prototypes -Wno-unknown-pragmas
CPPFLAGS_ALL := -I. -I$(B) -D_GNU_SOURCE -DAX_VERSION='"$(shell cat VERSION)"' $(CPPFLAGS)
# -g1: lines, for reports of sanitizers and traces of crashes; -g: types of all variables too, for debuggers, at a fifth
# of the compile time
DEBUG_INFO := $(if $(filter debug-none,$(MODE)-$(SAN)),-g,-g1)
CFLAGS_ALL := -std=c11 $(DEBUG_INFO) $(WARN) -fno-common -ffp-contract=off -MMD -MP $(CFLAGS)

ifeq ($(MODE),release)
CFLAGS_ALL += -O2 -fno-math-errno
else ifeq ($(MODE),debug)
CFLAGS_ALL += -O1 -fno-omit-frame-pointer -DAX_DEBUG
else
$(error MODE=$(MODE): debug or release)
endif

ifeq ($(SAN),address)
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
else ifeq ($(SAN),thread)
SANFLAGS := -fsanitize=thread
else ifeq ($(SAN),fuzz)
SANFLAGS := -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined
else ifneq ($(SAN),none)
$(error SAN=$(SAN): none, address, thread or fuzz)
endif
CFLAGS_ALL += $(SANFLAGS)

GOALS := $(if $(MAKECMDGOALS),$(MAKECMDGOALS),all)
ifneq ($(filter-out help clean format,$(GOALS)),)
include $(B)/deps.mk
endif
$(B)/deps.mk: tools/find-deps.sh Makefile
	@mkdir -p $(B)
	@CC="$(CC)" sh tools/find-deps.sh $@

# ---- sources -------------------------------------------------------------------------------------------------
# A source file belongs to a program by its folder; a new file in a folder needs no change here.
dirs = $(foreach d,$(1),$(wildcard $(d)/*.c))
# the front end reads no JSON, and so links no yajl
BASE_SRC   := $(filter-out engine/base/json%,$(call dirs,engine/base engine/candidate engine/wire)) $(wildcard engine/config/*.c) engine/space/genotype.c \
              engine/space/change.c engine/space/drawing.c engine/space/space.c $(wildcard engine/space/*/describe.c engine/space/*/draw.c)
ENGINE_SRC := $(sort $(filter-out engine/main.c,$(call dirs,engine/base engine/candidate engine/op engine/graph engine/backend \
              engine/backend/ref engine/backend/cpu engine/space $(wildcard engine/space/*) $(wildcard engine/task engine/task/*) engine/model engine/policy engine/train \
              engine/export engine/search engine/search/coordinator engine/search/journal engine/wire engine/worker engine/config engine/command engine/command/bench \
              engine/command/data engine/command/selftest)))
ISA_SRC    := $(wildcard engine/backend/cpu/isa/*.c)
DATA_SRC   := $(call dirs,data)
VIZ_SRC    := $(call dirs,viz)
TUI_SRC    := $(filter-out tui/main.c,$(call dirs,tui tui/term tui/ui tui/view tui/session tui/report tui/client))
ISAS       := $(if $(filter x86_64,$(MACHINE)),v4 v3 base,base)
# fully unrolled kernels under a sanitizer take minutes to optimise, and nobody times them there; clang with the
# instruments of libFuzzer takes minutes even for -O1
ISA_OPT    := $(if $(filter fuzz,$(SAN)),-O0,$(if $(filter release,$(MODE)),-O3,-O1))
# gcc would double every loop nest that has a condition inside: direct.c takes eight times as long to compile and has five
# times the code, which isn't faster (docs/speed.md). The kernels for any processor needn't be the fastest.
ISA_OPT_GCC := $(if $(findstring clang,$(CC)),,-fno-unswitch-loops)
ISA_base   := $(if $(filter release,$(MODE)),-O2)
ISA_v4     := -march=x86-64-v4 -mprefer-vector-width=512
ISA_v3     := -march=x86-64-v3
# a further set for maps in bfloat16: only the kernels that read or write maps
ISA_v4bf16 := $(ISA_v4) -mavx512bf16 -DAX_ISA_v4 -DAX_BF16_MAPS
ISA_FLOATS := argmax dense direct_weights loss optim peak reduce winograd_weights
ISA_MAP_SRC := $(filter-out $(ISA_FLOATS:%=engine/backend/cpu/isa/%.c),$(ISA_SRC))
ISA_NARROW := $(if $(filter x86_64,$(MACHINE)),v4bf16)
# gcc 14 makes no fused multiply-adds where sums depend on one another, as all sums here do: it uses two instructions
# instead of one, and the results differ from gcc 12's in their last bits
ISA_FMA    := $(if $(findstring clang,$(CC)),,--param=avoid-fma-max-bits=0)
obj = $(patsubst %.c,$(B)/%.o,$(1))
ISA_OBJ    := $(foreach i,$(ISAS),$(patsubst %.c,$(B)/%.$(i).o,$(ISA_SRC))) \
              $(foreach i,$(ISA_NARROW),$(patsubst %.c,$(B)/%.$(i).o,$(ISA_MAP_SRC)))
# files outside isa/ that handle maps are compiled for bfloat16 too
CPU_MAP_SRC := $(addprefix engine/backend/cpu/,chain.c conv.c depthwise.c direct.c eltwise.c fused.c im2col.c norm.c pack.c \
              pointwise.c pool.c resize.c winograd.c)
CPU_MAP_OBJ := $(if $(ISA_NARROW),$(patsubst %.c,$(B)/%.bf16.o,$(CPU_MAP_SRC)))
# the parts of viz that data show and train draw with
SHOWN_SRC  := viz/axis.c viz/canvas.c viz/chart.c viz/glyphs.c viz/kitty.c viz/mask.c viz/mosaic.c viz/pane.c viz/raster.c viz/reply.c viz/sixel.c viz/spark.c viz/ticks.c
LIB_OBJ    := $(call obj,$(sort $(ENGINE_SRC) $(DATA_SRC) $(SHOWN_SRC))) $(ISA_OBJ) $(CPU_MAP_OBJ) $(B)/data/weights.o
FRONT_OBJ  := $(call obj,$(sort $(BASE_SRC) $(VIZ_SRC) $(TUI_SRC)))

# targets that aren't files
.PHONY: bench-tui all tests test cuda-registers cuda-sanitize compute-sanitizer lint help clean format fuzz fuzz-run bench-peer bench-scale experiments torture torture-cuda
.DELETE_ON_ERROR:
all: $(B)/auxcell $(B)/auxcell-engine ## build both programs (MODE=debug|release, SAN=none|address|thread)

$(B)/auxcell: $(B)/tui/main.o $(FRONT_OBJ)
	@echo "  LINK    $@"
	@$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(FRONT_LIBS) -lm -lpthread
$(B)/auxcell-engine: $(B)/engine/main.o $(LIB_OBJ)
	@echo "  LINK    $@"
	@$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(ENGINE_LIBS) -lm -lpthread

$(B)/viz/sixel.o: CFLAGS_ALL += $(SIXEL_FLAGS)
# always -g1: recording where each variable of an unrolled loop is takes a third of the compile time
define isa_rule
$(B)/engine/backend/cpu/isa/%.$(1).o: engine/backend/cpu/isa/%.c
	@mkdir -p $$(@D)
	@echo "  CC      $$< ($(1))"
	@$(CC) $(CPPFLAGS_ALL) -DAX_ISA=$(1) -DAX_ISA_$(1) $(CFLAGS_ALL) -g1 $(ISA_OPT) $(ISA_OPT_GCC) -ffp-contract=fast $(ISA_FMA) $(ISA_$(1)) -c -o $$@ $$<
endef
$(foreach i,$(ISAS) $(ISA_NARROW),$(eval $(call isa_rule,$(i))))
$(B)/%.bf16.o: %.c
	@mkdir -p $(@D)
	@echo "  CC      $< (bf16)"
	@$(CC) $(CPPFLAGS_ALL) -DAX_BF16_MAPS $(CFLAGS_ALL) -c -o $@ $<
$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC      $<"
	@$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -c -o $@ $<
$(B)/data/weights.o: data/weights/weights.S data/weights/mobilenet_v2-imagenet.f16.safetensors
	@mkdir -p $(@D)
	@$(CC) -I. -c -o $@ $<

# ---- the CUDA plugin, where nvcc and cuDNN are (tools/find-deps.sh) ----------------------------------------------
# The default is code for one current card and an intermediate form that the driver compiles for any other card since
# Turing, so that a developer's build takes seconds; CUDA_ARCHS=all makes code for all of them, as a package should.
CUDA_ALL   := 75 80 86 89 90 100 120
CUDA_ARCHS ?= 90
CUDA_SM    := $(if $(filter all,$(CUDA_ARCHS)),$(CUDA_ALL),$(CUDA_ARCHS))
CUDA_PTX   := $(if $(filter all,$(CUDA_ARCHS)),120,75)
CUDA_SRC   := $(wildcard engine/backend/cuda/*.c)
CUDA_CU    := $(wildcard engine/backend/cuda/kernels/*.cu)
CUDA_CU_OBJ := $(patsubst %.cu,$(B)/%.cu.o,$(CUDA_CU))
CUDA_OBJ   := $(call obj,$(CUDA_SRC)) $(CUDA_CU_OBJ) $(addprefix $(B)/engine/backend/cuda/,err.o file.o clock.o)
NVCC_FLAGS := -std=c++17 -O3 -I. -Werror all-warnings \
              $(foreach a,$(CUDA_SM),-gencode arch=compute_$(a),code=sm_$(a)) \
              -gencode arch=compute_$(CUDA_PTX),code=compute_$(CUDA_PTX) \
              -Xcompiler -fPIC,-fvisibility=hidden,-fno-exceptions,-fno-threadsafe-statics,-Wall,-Wextra
ifneq ($(CUDA_NVCC),)
all: $(B)/auxcell-cuda.so
$(B)/auxcell-cuda.so: $(CUDA_OBJ)
	@echo "  LINK    $@"
	@$(CC) -shared $(SANFLAGS) $(LDFLAGS) -Wl,-rpath,$(CUDA_HOME)/lib64 -o $@ $^ -L$(CUDA_HOME)/lib64 -L$(CUDNN_LIB) -Wl,-rpath,$(CUDNN_LIB) -lcudart -l:libcudnn.so.9 -lcublasLt
endif
$(B)/engine/backend/cuda/%.o: CFLAGS_ALL += -isystem $(CUDA_HOME)/include -isystem $(CUDNN_INCLUDE) -fPIC -fvisibility=hidden
# the plugin contains its own copies of these small files, since it uses nothing from the program that loads it
$(B)/engine/backend/cuda/err.o $(B)/engine/backend/cuda/file.o $(B)/engine/backend/cuda/clock.o: $(B)/engine/backend/cuda/%.o: engine/base/%.c
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -c -o $@ $<
$(B)/%.cu.o: %.cu Makefile
	@mkdir -p $(@D)
	@echo "  NVCC    $<"
	@$(CUDA_NVCC) $(NVCC_FLAGS) -Xptxas -v -MD -MP -MF $(@:.o=.d) -c -o $@ $< 2>$(@:.o=.ptxas) || { cat $(@:.o=.ptxas) >&2; exit 1; }
ifneq ($(CUDA_NVCC),)
cuda-registers: $(CUDA_CU_OBJ) ## registers and spills of every CUDA kernel, for the architectures of CUDA_ARCHS
	@cat $(patsubst %.cu,$(B)/%.cu.ptxas,$(CUDA_CU)) | sh tools/registers.sh
else
cuda-registers:
	@echo "skip: no nvcc with cuDNN here, so there are no CUDA kernels to count registers of"
	@echo "0 passed, 0 failed, 1 skipped"
endif
COMPUTE_SANITIZER ?= $(CUDA_HOME)/bin/compute-sanitizer
# checked before anything is built
compute-sanitizer:
	@command -v "$(COMPUTE_SANITIZER)" >/dev/null || { echo "no $(COMPUTE_SANITIZER): it comes with the CUDA toolkit (COMPUTE_SANITIZER names its place)" >&2; exit 1; }
# leaks are searched for when the device's context ends, which needs a reset
cuda-sanitize: | compute-sanitizer all
cuda-sanitize: ## on a machine with a GPU: golden files under each tool of compute-sanitizer (ARGS="--device cuda:1")
	@for tool in "memcheck --leak-check full" racecheck initcheck synccheck; do \
	    echo "== $$tool"; \
	    AUXCELL_CUDA_RESET=1 "$(COMPUTE_SANITIZER)" --tool $$tool --error-exitcode 1 $(B)/auxcell-engine selftest --device cuda:0 $(ARGS) \
	        $(wildcard tests/golden/decoder-*.safetensors tests/golden/encoder-*.safetensors) || exit 1; done

# ---- the peer of bench ops, where libdnnl is (tools/find-deps.sh) -------------------------------------------------
# a separate shared object for the installed version of oneDNN's interface: the programs don't link the library
PEER_DIR := engine/command/bench/onednn
# the runtime whose threads Debian's libdnnl uses
PEER_OPENMP := $(if $(findstring clang,$(CC)),-fopenmp=libgomp,-fopenmp)
PEER_OBJ := $(call obj,$(PEER_DIR)/onednn.c $(PEER_DIR)/v$(DNNL_MAJOR).c)
ifneq ($(DNNL_MAJOR),)
all: $(B)/auxcell-onednn.so
$(B)/auxcell-onednn.so: $(PEER_OBJ)
	@echo "  LINK    $@"
	@$(CC) -shared $(SANFLAGS) $(PEER_OPENMP) $(LDFLAGS) -o $@ $^ -ldnnl
endif
$(B)/$(PEER_DIR)/%.o: CFLAGS_ALL += $(PEER_OPENMP) -fPIC -fvisibility=hidden

# ---- tests ---------------------------------------------------------------------------------------------------
# tests/**/test_*.c are cmocka programs, tests/**/test_*.py run the built programs; tests/helper/*.c is linked in
TEST_SRC := $(shell find tests -name 'test_*.c' 2>/dev/null | sort)
TEST_BIN := $(patsubst %.c,$(B)/%,$(TEST_SRC))
TEST_PY  := $(shell find tests -name 'test_*.py' 2>/dev/null | sort)
# each is compiled once and run once
$(B)/tests/%.o: CFLAGS_ALL += -O1
HELPER_OBJ := $(call obj,$(wildcard tests/helper/*.c))
TEST_LIB_OBJ := $(sort $(LIB_OBJ) $(FRONT_OBJ))
$(B)/libtest.a: $(TEST_LIB_OBJ) $(HELPER_OBJ)
	@rm -f $@
	@ar rcs $@ $^
$(TEST_BIN): $(B)/tests/%: $(B)/tests/%.o $(B)/libtest.a
	@echo "  LINK    $@"
	@$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $< $(B)/libtest.a $(sort $(ENGINE_LIBS) $(FRONT_LIBS)) -lcmocka -lm -lpthread
.PRECIOUS: $(B)/%.o
# libraries that tests preload: they leave of a run what a power cut would, run a worker under strace, or set a wrong time
# of day; and a plugin with unusable devices
SHIMS := $(B)/powercut.so $(B)/traceworker.so $(B)/wallclock.so $(B)/unusable/auxcell-cuda.so
$(SHIMS): $(B)/%.so: tests/shim/%.c $(wildcard engine/backend/*.h engine/op/*.h engine/base/*.h)
	@mkdir -p $(@D)
	@echo "  CC      $<"
	@$(CC) $(CPPFLAGS_ALL) -std=c11 -g -O1 $(WARN) -fPIC -shared -o $@ $< -ldl
# with ONLY, other tests aren't built
TEST_CHOSEN := $(foreach t,$(TEST_BIN),$(if $(ONLY),$(if $(findstring $(ONLY),$(t)),$(t)),$(t)))
tests: all $(TEST_CHOSEN) $(SHIMS)
test: tests ## build and run every test, in parallel (ONLY=part of a name runs some)
	@sh tests/run.sh $(B) "$(ONLY)" $(TEST_BIN) $(TEST_PY)

include tests/cuda/emu.mk

# ---- speed ---------------------------------------------------------------------------------------------------
bench-peer: all ## time against PyTorch, onnxruntime and OpenVINO (ARGS="--genotypes 8 --only infer"; ARGS=--help)
	@/usr/bin/python3 tools/bench/peer.py --engine $(B)/auxcell-engine $(ARGS)

experiments: all ## what the method's ingredients are worth (ARGS="ablations|proxy|strategies|yardstick --data camvid:DIR")
	@/usr/bin/python3 tools/experiments/run.py $(ARGS) --engine $(B)/auxcell-engine

# a run with a long past, made by the engine's own code
$(B)/tests/scale/longrun: $(B)/tests/scale/longrun.o $(B)/libtest.a
	@echo "  LINK    $@"
	@$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $< $(B)/libtest.a $(sort $(ENGINE_LIBS) $(FRONT_LIBS)) -lm -lpthread
bench-tui: all ## what the screens cost beside htop and tig, and the goals missed (ARGS="--starts 20")
	@AUXCELL_BUILD=$(B) /usr/bin/python3 tests/tui/bench.py $(ARGS)
bench-scale: all $(B)/tests/scale/longrun ## what a run of 100,000 candidates costs (ARGS="--candidates 10000")
	@AUXCELL_BUILD="$(CURDIR)/$(B)" /usr/bin/python3 tests/scale/bench.py --build $(B) $(ARGS)

# one program for each parser; libFuzzer is clang's
FUZZ_BIN := $(patsubst %.c,$(B)/%,$(filter-out tests/fuzz/seeds.c,$(wildcard tests/fuzz/*.c)))
FUZZ_LIBS := $(B)/libtest.a $(sort $(ENGINE_LIBS) $(FRONT_LIBS)) -lm -lpthread
SECONDS ?= 30
$(FUZZ_BIN): $(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(B)/libtest.a
	@echo "  LINK    $@"
	@$(CC) $(SANFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $< $(FUZZ_LIBS)
$(B)/tests/fuzz/seeds: $(B)/tests/fuzz/seeds.o $(B)/libtest.a
	@echo "  LINK    $@"
	@$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $< $(FUZZ_LIBS)
fuzz: ## every parser on inputs that libFuzzer derives from good ones, with sanitizers (SECONDS=30 for each; needs clang)
	@CUDA_HOME=none $(MAKE) --no-print-directory CC=clang MODE=debug SAN=fuzz SECONDS=$(SECONDS) fuzz-run
fuzz-run: $(FUZZ_BIN) $(B)/tests/fuzz/seeds
	@sh tests/fuzz/run.sh $(B)/tests/fuzz $(SECONDS) $(FUZZ_BIN)

torture: all $(SHIMS) ## 200 kills, faults at every system call, and whether planted bugs are caught (hours)
	@AUXCELL_BUILD="$(CURDIR)/$(B)" /usr/bin/python3 tests/torture/main.py

torture-cuda: tests ## every call of the emulated CUDA libraries fails in turn (a minute)
	@AUXCELL_TORTURE=1 sh tests/run.sh $(B) tests/engine/backend/cuda/test_faults $(TEST_BIN)

# ---- quality -------------------------------------------------------------------------------------------------
OWN_SRC := $(shell find engine data viz tui tests -name '*.[ch]' 2>/dev/null | sort)
lint: all ## include directions, globals, formatting, banned calls, man pages, clang-tidy
	@sh tools/lint.sh $(B)
format: ## rewrite the sources with clang-format
	clang-format -i $(OWN_SRC)
clean: ## remove everything that was built
	rm -rf build
help: ## this text
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

-include $(shell find $(B) -name '*.d' 2>/dev/null)
