# The emulated CUDA libraries (tests/cuda/emu). Where nvcc and cuDNN are installed, the emulation and host versions of
# the kernels are built, so that auxcell-cuda.so runs without a device. Elsewhere the tests that need them are counted
# as skipped.
ifneq ($(and $(CUDA_NVCC),$(wildcard $(CUDA_HOME)/include/cublasLt.h)),)
ifneq ($(SAN),thread)
E        := $(B)/cuda/emu
CXX_FOR  := $(subst clang,clang++,$(subst gcc,g++,$(CC)))
EMU_CXX  := $(CXX_FOR) -std=c++17 $(DEBUG_INFO) -O3 -fPIC -Wall -Wextra -Werror -ffp-contract=off -MMD -MP -I. \
            -isystem $(CUDA_HOME)/include -isystem $(CUDNN_INCLUDE)
# every load, store and piece of undefined C++ behaviour calls the emulation
EMU_CHECKS := -O1 -fsanitize=thread,alignment,bounds,signed-integer-overflow,integer-divide-by-zero,shift
# symbol versions are named after the library, as in the real ones
emu_link = $(CXX_FOR) $(SANFLAGS) -shared -Wl,-soname,$(@F) -Wl,--default-symver -Wl,-rpath,'$$ORIGIN' -o $@

EMU_CUDART := $(patsubst %,$(E)/%.o,report objects memory sharing queue stream graph runtime copy block access launch)
EMU_CUDNN  := $(patsubst %,$(E)/%.o,cudnn cudnndesc conv)
EMU_BLASLT := $(patsubst %,$(E)/%.o,cublaslt cublasltdesc)
# NCCL has a folder of its own: CUDA may be installed without it
EMU_NCCL   := $(B)/cuda/nccl/libnccl.so.2
EMU_LIBS   := $(E)/libcudart.so.13 $(E)/libcudnn.so.9 $(E)/libcublasLt.so.13 $(EMU_NCCL)
$(E)/%.o: tests/cuda/emu/%.cpp
	@mkdir -p $(@D)
	@echo "  CXX     $<"
	@$(EMU_CXX) $(SANFLAGS) -c -o $@ $<
$(E)/libcudart.so.13: $(EMU_CUDART)
	@$(emu_link) $^ -ldl -lpthread
$(E)/libcudnn.so.9: $(EMU_CUDNN) $(E)/libcudart.so.13
	@$(emu_link) $^
$(E)/libcublasLt.so.13: $(EMU_BLASLT) $(E)/libcudart.so.13
	@$(emu_link) $^
$(EMU_NCCL): $(E)/nccl.o $(E)/libcudart.so.13
	@mkdir -p $(@D)
	@$(emu_link) -Wl,-rpath,'$$ORIGIN/../emu' $^

# A library of host kernels. $(1): its folder and its name without .so, $(2): its .cu files, $(3): the header of the
# kernels, $(4): their list, $(5): the suffix of their argument structs, $(6): how they take the argument
define host_kernels
$(1)/%.plain.o: %.cu tests/cuda/emu/kernel.h
	@mkdir -p $$(@D)
	@echo "  CXX     $$< (host)"
	@$$(EMU_CXX) $$(SANFLAGS) -w -x c++ -include tests/cuda/emu/kernel.h -c -o $$@ $$<
$(1)/%.checked.o: %.cu tests/cuda/emu/kernel.h
	@mkdir -p $$(@D)
	@echo "  CXX     $$< (host, checked)"
	@$$(EMU_CXX) $$(EMU_CHECKS) -w -x c++ -include tests/cuda/emu/kernel.h -c -o $$@ $$<
$(1)/table.o: tests/cuda/emu/kernels.cpp
	@mkdir -p $$(@D)
	@$$(EMU_CXX) -DEMU_HEADER='"$(3)"' -DEMU_LIST=$(4) -DEMU_ARGS=$(5) '-DEMU_BY(type)=$(6)' -c -o $$@ $$<
$(1).so: $(patsubst %.cu,$(1)/%.plain.o,$(2)) $(1)/table.o
	@$$(CXX_FOR) $$(SANFLAGS) -shared -Wl,-Bsymbolic -o $$@ $$^
$(1)-checked.so: $(patsubst %.cu,$(1)/%.checked.o,$(2)) $(1)/table.o $(E)/hooks.o
	@$$(CXX_FOR) -shared -Wl,-Bsymbolic -o $$@ $$^
EMU_LIBS += $(1).so $(1)-checked.so
endef

$(eval $(call host_kernels,$(B)/cuda/sample,tests/cuda/sample/sample.cu,tests/cuda/sample/sample.h,SAMPLE_LIST,args,const type))
PLUGIN_CU := $(filter-out %/table.cu,$(wildcard engine/backend/cuda/kernels/*.cu))
ifneq ($(PLUGIN_CU),)
$(eval $(call host_kernels,$(E)/kernels,$(PLUGIN_CU),engine/backend/cuda/kernel.h,AX_CUDA_KERNEL_LIST,launch,AX_CUDA_BY_VALUE(type)))
endif

# The emulation's own test program: nvcc's host stubs, linked against the names of the real libraries
$(B)/cuda/sample.nvcc.o: tests/cuda/sample/sample.cu tests/cuda/sample/sample.h
	@mkdir -p $(@D)
	@echo "  NVCC    $<"
	@$(CUDA_NVCC) -std=c++17 -arch=sm_80 -I. -c -o $@ $<
MISUSE_OBJ := $(patsubst tests/cuda/sample/%.cpp,$(B)/cuda/misuse_%.o,$(wildcard tests/cuda/sample/*.cpp))
$(B)/cuda/misuse_%.o: tests/cuda/sample/%.cpp
	@mkdir -p $(@D)
	@echo "  CXX     $<"
	@$(EMU_CXX) $(SANFLAGS) -c -o $@ $<
$(B)/cuda/misuse: $(MISUSE_OBJ) $(B)/cuda/sample.nvcc.o $(filter %.so.13 %.so.9,$(EMU_LIBS)) $(EMU_NCCL)
	@echo "  LINK    $@"
	@$(CXX_FOR) $(SANFLAGS) -o $@ $(filter %.o,$^) -L$(CUDA_HOME)/lib64 -L$(CUDNN_LIB) -Wl,--allow-shlib-undefined -lcudart -l:libcudnn.so.9 -lcublasLt \
	    $(EMU_NCCL) -Wl,-rpath,$(CUDA_HOME)/lib64
tests: $(EMU_LIBS) $(B)/cuda/misuse
endif
endif
