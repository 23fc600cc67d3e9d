/* Switches, counted calls with injected failures, and the report at the end of the process. */
#include "emu.h"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <unistd.h>

namespace emu
{
namespace
{
struct state {
    std::recursive_mutex mutex;
    long calls = 0;
    size_t bytes[2] = {};                /* copied from the device / to it */
    std::map<std::string, long> by_name; /* number of calls by name */
    std::map<std::string, long> ran;     /* number of pieces of work by name */
    std::map<std::string, size_t> threads; /* largest launch by kernel */
    long waits = 0;
    double host = 0;                     /* the host's clock in us */
    long fail_at = 0;      /* number of the call that fails, 0: none */
    int fail_code[4] = {}; /* by library */
    bool fail_on = false;  /* every later call fails too: the device is lost */
    pid_t owner = 0;
    std::string failed;
    bool listing = false; /* true after emu_fail: collects the names of all calls */
    std::vector<const char *> names;
};

void write_report();

/* By default each library's code for "out of memory"; of a lost device, the code for a failed execution. */
void set_codes(state &s, bool lost)
{
    s.fail_on = lost;
    s.fail_code[0] = lost ? cudaErrorLaunchFailure : cudaErrorMemoryAllocation;
    s.fail_code[1] = lost ? 5000 : 4004; /* CUDNN_STATUS_: EXECUTION_FAILED, INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED */
    s.fail_code[2] = lost ? 13 : 3;      /* CUBLAS_STATUS_: EXECUTION_FAILED, ALLOC_FAILED */
    s.fail_code[3] = 1;                  /* ncclUnhandledCudaError */
}

/* AUXCELL_EMU_FAIL=N[:lost][:code]: the Nth call fails; if lost, every later one too. */
void read_fail(state &s)
{
    set_codes(s, false);
    const char *text = text_option("FAIL");
    if (!text)
        return;
    char *rest;
    s.fail_at = strtol(text, &rest, 10);
    if (!strncmp(rest, ":lost", 5)) {
        set_codes(s, true);
        rest += 5;
    }
    if (*rest == ':')
        s.fail_code[0] = s.fail_code[1] = s.fail_code[2] = s.fail_code[3] = static_cast<int>(strtol(rest + 1, &rest, 10));
    if (*rest || s.fail_at <= 0) {
        fprintf(stderr, "emu: AUXCELL_EMU_FAIL=%s: not N[:lost][:code]\n", text);
        _exit(2);
    }
}

state &get()
{
    static state *s = [] { /* never destroyed: other libraries release objects in their own destructors */
                           state *made = new state;
                           read_fail(*made);
                           made->owner = getpid();
                           atexit(write_report);
                           return made;
    }();
    return *s;
}

void write_report()
{
    const char *path = text_option("REPORT");
    if (!path)
        return;
    state &s = get();
    if (getpid() != s.owner)
        return;
    std::string name = path; /* %p: one report per process */
    size_t at = name.find("%p");
    if (at != std::string::npos)
        name.replace(at, 2, std::to_string(getpid()));
    FILE *f = fopen(name.c_str(), "w");
    if (!f)
        return;
    fprintf(f, "calls %ld\n", s.calls);
    for (auto &entry : s.by_name)
        fprintf(f, "call %ld %s\n", entry.second, entry.first.c_str());
    for (auto &entry : s.ran)
        fprintf(f, "ran %ld %s\n", entry.second, entry.first.c_str());
    for (auto &entry : s.threads)
        if (entry.second)
            fprintf(f, "threads %zu %s\n", entry.second, entry.first.c_str());
    fprintf(f, "waits %ld host\n", s.waits);
    fprintf(f, "bytes %zu from\nbytes %zu to\n", s.bytes[0], s.bytes[1]);
    if (!s.failed.empty())
        fprintf(f, "failed %s\n", s.failed.c_str());
    report_leaks(f);
    fclose(f);
}
} // namespace

[[noreturn]] void violation(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "emu: violation: ");
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    va_end(args);
    abort();
}

void refuse(const char *call, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "emu: %s: ", call);
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    va_end(args);
}

std::recursive_mutex &lock()
{
    return get().mutex;
}

/* AUXCELL_EMU_FAIL_CALL=NAME[:N]: every call of that name fails, or only the Nth. */
static bool named_fails(const char *call, long nth)
{
    const char *name = text_option("FAIL_CALL");
    size_t n = strlen(call);
    if (!name || strncmp(name, call, n))
        return false;
    return !name[n] || (name[n] == ':' && strtol(name + n + 1, nullptr, 10) == nth);
}

int enter(const char *call, lib which)
{
    state &s = get();
    if (device_code())
        violation("%s called while a kernel runs", call);
    s.calls++;
    s.by_name[call]++;
    s.host += static_cast<double>(option("HOST_US", 0));
    if (s.listing)
        s.names.push_back(call);
    if (getpid() != s.owner) {
        refuse(call, "called in a process forked after CUDA was initialised");
        return which == lib::cuda ? static_cast<int>(cudaErrorInitializationError) : which == lib::cudnn ? 1001 : 1;
    }
    if (named_fails(call, s.by_name[call])) {
        s.failed = call;
        if (which == lib::cuda)
            remember(static_cast<cudaError_t>(s.fail_code[0]));
        return s.fail_code[static_cast<int>(which)];
    }
    if (s.fail_at && (s.calls == s.fail_at || (s.fail_on && s.calls > s.fail_at))) {
        if (s.calls == s.fail_at)
            s.failed = call;
        int code = s.fail_code[static_cast<int>(which)];
        if (which == lib::cuda)
            remember(static_cast<cudaError_t>(code));
        return code;
    }
    cudaError_t sticky = context();
    if (sticky == cudaSuccess || !strcmp(call, "cudaSetDevice") || which == lib::nccl)
        return 0;
    if (which == lib::cuda)
        remember(sticky);
    return which == lib::cuda ? static_cast<int>(sticky) : which == lib::cudnn ? 5000 : 13;
}

double host_now()
{
    return get().host;
}

void host_waited(double until)
{
    if (until > get().host)
        get().host = until;
}

void count_run(const char *what, size_t threads)
{
    state &s = get();
    s.ran[what]++;
    if (threads > s.threads[what])
        s.threads[what] = threads;
}

void count_wait()
{
    get().waits++;
}

void count_bytes(bool to_device, size_t n)
{
    get().bytes[to_device] += n;
}

long calls()
{
    return get().calls;
}

const char *text_option(const char *name)
{
    std::string full = std::string("AUXCELL_EMU_") + name;
    const char *value = getenv(full.c_str());
    return value && *value ? value : nullptr;
}

long option(const char *name, long otherwise)
{
    const char *value = text_option(name);
    if (!value)
        return otherwise;
    char *rest;
    long number = strtol(value, &rest, 10);
    if (*rest) {
        fprintf(stderr, "emu: AUXCELL_EMU_%s=%s: not a number\n", name, value);
        _exit(2);
    }
    return number;
}

} // namespace emu

/* For test programs, which find these with dlsym. */
extern "C" void emu_fail(long nth, int lost)
{
    std::lock_guard<std::recursive_mutex> hold(emu::lock());
    emu::state &s = emu::get();
    emu::set_codes(s, lost);
    s.fail_at = nth > 0 ? s.calls + nth : 0;
    s.failed.clear();
    s.listing = true;
    s.names.clear();
}

/* The name of the nth call since emu_fail; NULL if there were fewer. */
extern "C" const char *emu_call_name(long nth)
{
    const auto &names = emu::get().names;
    return nth > 0 && static_cast<size_t>(nth) <= names.size() ? names[static_cast<size_t>(nth) - 1] : nullptr;
}

extern "C" const char *emu_failed()
{
    return emu::get().failed.c_str();
}

extern "C" long emu_calls()
{
    return emu::calls();
}
