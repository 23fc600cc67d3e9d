/* The functions that nvcc's host stubs call: they register kernels by name, and launches look up the host build of the
   same kernel in build/<config>/cuda/emu/kernels.so (AUXCELL_EMU_KERNELS names another file, AUXCELL_EMU_CHECK=1 takes
   the build that checks every access). */
#include "block.h"
#include "kernel.h"

#include <cstring>
#include <dlfcn.h>
#include <link.h>
#include <memory>
#include <set>
#include <unordered_map>

#undef blockDim
#undef gridDim

using namespace emu;

namespace
{
struct configuration {
    dim3 grid, block;
    size_t shared;
    cudaStream_t stream;
};
struct state {
    std::unordered_map<const void *, std::string> names; /* keyed by the address of the host stub */
    std::set<std::string> ready;                         /* kernels whose code is on the device */
    std::unordered_map<const void *, void **> binaries;  /* needed to forget them when the library is unloaded */
    std::vector<configuration> pushed;
    host_kernels lib = {};
    bool loaded = false;
};

state &get()
{
    static state *s = new state;
    return *s;
}

int find_parts(dl_phdr_info *info, size_t, void *data)
{
    auto *lib = static_cast<host_kernels *>(data);
    const char *low = nullptr, *high = nullptr;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) &p = info->dlpi_phdr[i];
        if (p.p_type != PT_LOAD)
            continue;
        auto *from = reinterpret_cast<const char *>(info->dlpi_addr + p.p_vaddr);
        if (!low || from < low)
            low = from;
        if (from + p.p_memsz > high)
            high = from + p.p_memsz;
    }
    auto *table = reinterpret_cast<const char *>(lib->table);
    if (table < low || table >= high)
        return 0;
    lib->low = low;
    lib->high = high;
    return 1;
}

/* Thread-local storage belongs to the thread that asks, but device work runs on whichever thread waits. */
int find_shared(dl_phdr_info *info, size_t, void *data)
{
    auto *lib = static_cast<host_kernels *>(data);
    lib->shared = nullptr;
    lib->shared_size = 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) &p = info->dlpi_phdr[i];
        auto *from = reinterpret_cast<const char *>(info->dlpi_addr + p.p_vaddr);
        if (p.p_type == PT_LOAD && lib->low >= from && lib->low < from + p.p_memsz) {
            for (int j = 0; j < info->dlpi_phnum; j++)
                if (info->dlpi_phdr[j].p_type == PT_TLS && info->dlpi_tls_data) {
                    lib->shared = static_cast<char *>(info->dlpi_tls_data);
                    lib->shared_size = info->dlpi_phdr[j].p_memsz;
                }
            return 1;
        }
    }
    return 0;
}

void load(state &s)
{
    s.loaded = true;
    s.lib.checked = option("CHECK", 0);
    std::string path;
    if (const char *named = text_option("KERNELS")) {
        path = named;
    } else {
        Dl_info here;
        dladdr(reinterpret_cast<void *>(cudaLaunchKernel), &here);
        path = here.dli_fname;
        path = path.substr(0, path.rfind('/') + 1) + "kernels";
    }
    path += s.lib.checked ? "-checked.so" : ".so";
    void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        violation("host kernels: %s", dlerror());
    host_kernels &lib = s.lib;
    lib.table = static_cast<const emu_kernel *>(dlsym(handle, "emu_kernels"));
    lib.now = static_cast<emu_index *>(dlsym(handle, "emu_now"));
    lib.barrier = static_cast<void (**)(const char *, int)>(dlsym(handle, "emu_barrier"));
    lib.ordered = static_cast<void (**)()>(dlsym(handle, "emu_ordered"));
    lib.access = static_cast<void (**)(const void *, size_t, bool)>(dlsym(handle, "emu_access"));
    lib.undefined = static_cast<decltype(lib.undefined)>(dlsym(handle, "emu_undefined"));
    lib.make_shared = reinterpret_cast<void *(*)()>(dlsym(handle, "emu_shared"));
    if (!lib.make_shared || !lib.table || !lib.now || !lib.barrier || !lib.ordered || !lib.access || !lib.undefined)
        violation("host kernels: %s is no such library", path.c_str());
    dl_iterate_phdr(find_parts, &lib);
}

const emu_kernel *kernel_of(const void *stub, const char *call)
{
    state &s = get();
    auto found = s.names.find(stub);
    if (found == s.names.end()) {
        refuse(call, "%p is not a registered kernel", stub);
        return nullptr;
    }
    if (!s.loaded)
        load(s);
    for (const emu_kernel *k = s.lib.table; k->name; k++)
        if (found->second == k->name)
            return k;
    refuse(call, "kernel %s has no host build", found->second.c_str());
    return nullptr;
}

/* A kernel's code is loaded at its first use, which is forbidden during a capture. AUXCELL_EMU_NO_CODE names a kernel
   that has no code for this architecture. */
cudaError_t get_ready(const emu_kernel &k, bool captured, const char *call)
{
    const char *missing = text_option("NO_CODE");
    if (missing && !strcmp(missing, k.name)) {
        refuse(call, "kernel %s has no code for this device", k.name);
        return cudaErrorNoKernelImageForDevice;
    }
    if (captured && !get().ready.count(k.name)) {
        refuse(call, "the first use of kernel %s is inside of a capture", k.name);
        return forbidden_in_capture(call);
    }
    get().ready.insert(k.name);
    return cudaSuccess;
}

/* Pointers among the arguments must point to live device memory, so that the unchecked build finds stale ones too. */
void check_arguments(const emu_kernel &k, const char *args, int device)
{
    for (size_t i = 0; i + sizeof(void *) <= k.size; i += sizeof(void *)) {
        const void *p;
        memcpy(&p, args + i, sizeof p);
        block *b = p ? find_any(p) : nullptr;
        if (is_device(p) && !b)
            violation("kernel %s: argument bytes %zu.. point to %p, device memory that was freed or never allocated",
                      k.name, i, p);
        if (b && b->device && b->home != device)
            violation("kernel %s: argument bytes %zu.. point to memory of device %d, it runs on %d", k.name, i, b->home,
                      device);
        if (b && !b->device)
            violation("kernel %s: argument bytes %zu.. point to pinned host memory at %p", k.name, i, p);
    }
}

/* The unchecked build doesn't know what a kernel wrote: it assumes everything within reach. */
void assume_written(const emu_kernel &k, const char *args)
{
    for (size_t i = 0; i + sizeof(void *) <= k.size; i += sizeof(void *)) {
        const void *p;
        memcpy(&p, args + i, sizeof p);
        if (block *b = p ? find_any(p) : nullptr)
            note_written(b->base, b->size);
    }
}

cudaError_t launch(const emu_kernel *k, dim3 grid, dim3 threads, void **args, size_t shared, stream *on,
                   const char *call)
{
    if (!k)
        return remember(cudaErrorInvalidDeviceFunction);
    size_t n = static_cast<size_t>(threads.x) * threads.y * threads.z;
    if (!n || n > 1024 || threads.x > 1024 || threads.y > 1024 || threads.z > 64 || !grid.x || !grid.y || !grid.z ||
        grid.x > 0x7fffffffU || grid.y > 65535 || grid.z > 65535) {
        refuse(call, "kernel %s: grid %u,%u,%u of blocks %u,%u,%u", k->name, grid.x, grid.y, grid.z, threads.x,
               threads.y, threads.z);
        return remember(cudaErrorInvalidConfiguration);
    }
    if (shared)
        violation("%s: kernel %s: dynamic shared memory is not emulated", call, k->name);
    if (!args || !args[0])
        violation("%s: kernel %s: no arguments", call, k->name);
    if (cudaError_t e = get_ready(*k, capturing(on), call))
        return remember(e);
    auto *from = static_cast<const char *>(args[0]);
    auto copy = std::make_shared<std::vector<char>>(from, from + k->size);
    stream_at_home(on, call);
    int device = current();
    check_arguments(*k, copy->data(), device);
    return enqueue(on, { k->name, {}, [=] {
                            state &s = get();
                            check_arguments(*k, copy->data(), device);
                            s.lib.make_shared();
                            dl_iterate_phdr(find_shared, &s.lib);
                            run_grid(s.lib, *k, grid, threads, copy->data());
                            if (!s.lib.checked)
                                assume_written(*k, copy->data());
                        },
                         1,
                         n * grid.x * grid.y * grid.z });
}
} // namespace

cudaError_t cudaLaunchKernel(const void *stub, dim3 grid, dim3 threads, void **args, size_t shared, cudaStream_t on)
{
    EMU_ENTER(cuda, cudaError_t);
    return launch(kernel_of(stub, __func__), grid, threads, args, shared, stream_of(on, __func__), __func__);
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes *out, const void *stub)
{
    EMU_ENTER(cuda, cudaError_t);
    const emu_kernel *k = kernel_of(stub, __func__);
    if (!k)
        return remember(cudaErrorInvalidDeviceFunction);
    if (cudaError_t e = get_ready(*k, false, __func__))
        return remember(e);
    *out = {};
    out->maxThreadsPerBlock = 1024;
    out->numRegs = 32;
    return cudaSuccess;
}

extern "C" {
cudaError_t __cudaGetKernel(cudaKernel_t *out, const void *stub)
{
    std::lock_guard<std::recursive_mutex> hold(lock());
    *out = reinterpret_cast<cudaKernel_t>(const_cast<emu_kernel *>(kernel_of(stub, __func__)));
    return *out ? cudaSuccess : remember(cudaErrorInvalidDeviceFunction);
}

cudaError_t __cudaLaunchKernel(cudaKernel_t k, dim3 grid, dim3 threads, void **args, size_t shared, cudaStream_t on)
{
    EMU_ENTER(cuda, cudaError_t);
    return launch(reinterpret_cast<const emu_kernel *>(k), grid, threads, args, shared, stream_of(on, __func__),
                  __func__);
}

void **__cudaRegisterFatBinary(void *binary)
{
    std::lock_guard<std::recursive_mutex> hold(lock());
    uint32_t magic;
    memcpy(&magic, binary, sizeof magic);
    if (magic != 0x466243b1)
        violation("__cudaRegisterFatBinary: not nvcc's wrapper");
    auto **handle = new void *(binary);
    get().binaries[handle] = handle;
    return handle;
}

void __cudaRegisterFatBinaryEnd(void **)
{
}

char __cudaInitModule(void **)
{
    return 1;
}

void __cudaUnregisterFatBinary(void **handle)
{
    std::lock_guard<std::recursive_mutex> hold(lock());
    get().binaries.erase(handle);
    delete handle;
}

void __cudaRegisterFunction(void **handle, const char *stub, char *, const char *name, int, uint3 *, uint3 *, dim3 *,
                            dim3 *, int *)
{
    std::lock_guard<std::recursive_mutex> hold(lock());
    if (!get().binaries.count(handle))
        violation("__cudaRegisterFunction: an unknown fat binary");
    get().names[stub] = name;
}

unsigned __cudaPushCallConfiguration(dim3 grid, dim3 threads, size_t shared, cudaStream_t on)
{
    std::lock_guard<std::recursive_mutex> hold(lock());
    get().pushed.push_back({ grid, threads, shared, on });
    return 0;
}

cudaError_t __cudaPopCallConfiguration(dim3 *grid, dim3 *threads, size_t *shared, void *on)
{
    std::lock_guard<std::recursive_mutex> hold(lock());
    auto &pushed = get().pushed;
    if (pushed.empty())
        return cudaErrorMissingConfiguration;
    *grid = pushed.back().grid;
    *threads = pushed.back().block;
    *shared = pushed.back().shared;
    memcpy(on, &pushed.back().stream, sizeof(cudaStream_t));
    pushed.pop_back();
    return cudaSuccess;
}
}
