/* Objects that the libraries hand out: counted, and checked at each use. */
#include "emu.h"

#include <cstdio>
#include <unordered_map>

namespace emu
{
namespace
{
const char *const kind_names[] = { "device memory",
                                   "pinned memory",
                                   "stream",
                                   "event",
                                   "graph",
                                   "executable graph",
                                   "cuDNN handle",
                                   "tensor descriptor",
                                   "filter descriptor",
                                   "convolution descriptor",
                                   "cuBLASLt handle",
                                   "matmul descriptor",
                                   "matrix layout",
                                   "matmul preference",
                                   "NCCL communicator" };
static_assert(sizeof kind_names / sizeof *kind_names == static_cast<size_t>(kind::COUNT), "a name per kind");

struct state {
    std::unordered_map<const void *, kind> objects, dead;
    std::unordered_map<const void *, int> home;
    long live[static_cast<size_t>(kind::COUNT)] = {};
};

state &get()
{
    static state *s = new state; /* never destroyed: other libraries release objects in their own destructors */
    return *s;
}
} // namespace

void born(void *object, kind what)
{
    state &s = get();
    s.objects[object] = what;
    s.home[object] = current();
    s.dead.erase(object);
    s.live[static_cast<size_t>(what)]++;
}

bool is_alive(const void *object, kind what)
{
    state &s = get();
    auto found = s.objects.find(object);
    return found != s.objects.end() && found->second == what;
}

void alive(const void *object, kind what, const char *call)
{
    if (is_alive(object, what))
        return;
    state &s = get();
    auto gone = s.dead.find(object);
    violation("%s: %p is %s %s", call, object,
              gone != s.dead.end() && gone->second == what ? "an already released" : "not a",
              kind_names[static_cast<size_t>(what)]);
}

void at_home(const void *object, kind what, const char *call)
{
    alive(object, what, call);
    int home = get().home[object];
    if (home != current())
        violation("%s: the %s at %p is of device %d, while %d is current", call, kind_names[static_cast<size_t>(what)],
                  object, home, current());
}

void died(void *object, kind what, const char *call)
{
    alive(object, what, call);
    state &s = get();
    s.objects.erase(object);
    s.dead[object] = what;
    s.live[static_cast<size_t>(what)]--;
}

long live_objects(kind what)
{
    return get().live[static_cast<size_t>(what)];
}

void report_leaks(FILE *f)
{
    const state &s = get();
    for (size_t k = 0; k < static_cast<size_t>(kind::COUNT); k++)
        if (s.live[k])
            fprintf(f, "leak %ld %s\n", s.live[k], kind_names[k]);
}
} // namespace emu

/* For test programs, which find it with dlsym. */
extern "C" long emu_live_objects()
{
    long sum = 0;
    for (size_t k = 0; k < static_cast<size_t>(emu::kind::COUNT); k++)
        sum += emu::live_objects(static_cast<emu::kind>(k));
    return sum;
}
