/* Device memory shared by processes: one that fills a card leaves less to the others, and the memory of a dead one is
   free again. AUXCELL_EMU_SHARED names the file for the bookkeeping; without it each process has the devices to
   itself. */
#include "emu.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

namespace emu
{
namespace
{
constexpr int processes = 64, devices = 8;

struct row {
    int64_t pid; /* 0 = unused */
    int64_t used[devices];
};

struct file {
    int fd = -1;
    pid_t owner = 0; /* differs in a forked child */
    row *rows = nullptr, *own = nullptr;
};

file &get()
{
    static file *f = new file;
    return *f;
}

bool is_gone(const row &r)
{
    return !r.pid || (kill(static_cast<pid_t>(r.pid), 0) && errno == ESRCH);
}

bool open_file()
{
    file &f = get();
    const char *path = text_option("SHARED");
    if (!path || f.owner == getpid())
        return path;
    constexpr size_t bytes = processes * sizeof(row);
    f.fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (f.fd < 0 || ftruncate(f.fd, bytes))
        violation("%s cannot be shared", path);
    void *p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, f.fd, 0);
    if (p == MAP_FAILED)
        violation("%s cannot be mapped", path);
    f.rows = static_cast<row *>(p);
    f.owner = getpid();
    f.own = nullptr;
    return true;
}

row *own_row()
{
    file &f = get();
    for (int i = 0; i < processes && !f.own; i++)
        if (is_gone(f.rows[i])) {
            f.own = &f.rows[i];
            *f.own = { getpid(), {} };
        }
    if (!f.own)
        violation("more than %d processes share the devices", processes);
    return f.own;
}
} // namespace

void lock_devices()
{
    if (open_file())
        flock(get().fd, LOCK_EX);
}

void unlock_devices()
{
    if (open_file())
        flock(get().fd, LOCK_UN);
}

size_t used_by_others(int device)
{
    size_t sum = 0;
    if (!open_file())
        return 0;
    for (int i = 0; i < processes; i++) {
        const row &r = get().rows[i];
        sum += r.pid == getpid() || is_gone(r) ? 0 : static_cast<size_t>(r.used[device]);
    }
    return sum;
}

void note_used(int device, size_t used)
{
    if (open_file())
        own_row()->used[device] = static_cast<int64_t>(used);
}
} // namespace emu
