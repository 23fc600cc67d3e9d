/* Data exchanged between emulated devices: copies are exact, sums are added in the order of the devices, and a failing
   call is an error that leaks nothing. */
#include "tests/helper/emulated.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEVICES = 3, N = 70 };

static const ax_backend *cuda;
static const float weight[DEVICES] = { 0.3f, 0.5f, 0.2f };

/* Values whose sum depends on the order of addition. */
static float value_of(int device, int i)
{
    return (float)(i + 1) * (device == 0 ? 1e8f : device == 1 ? -6e7f : 1.7f);
}

/* Everything from opening the devices to closing them. got: the weighted sum that the leader has gathered; others: what
   the last device has after the leader has spread it. */
static ax_code whole(float *got, float *others, ax_err *err)
{
    ax_device *dev[DEVICES] = { NULL };
    float *mem[DEVICES] = { NULL }, host[N];
    void *joined = NULL;
    ax_code code = AX_OK;
    for (int d = 0; d < DEVICES && code == AX_OK; d++) {
        dev[d] = cuda->open(d, 1, err);
        mem[d] = dev[d] ? cuda->alloc(dev[d], sizeof host, err) : NULL;
        for (int i = 0; i < N; i++)
            host[i] = value_of(d, i);
        code = mem[d] ? cuda->copy(dev[d], mem[d], host, sizeof host, AX_TO_DEVICE, err) : err->code;
    }
    if (code == AX_OK && !(joined = cuda->exchange.join(dev, DEVICES, err)))
        code = err->code;
    if (code == AX_OK)
        code = cuda->exchange.gather(joined, mem, weight, N, err);
    if (code == AX_OK)
        code = cuda->copy(dev[0], got, mem[0], sizeof host, AX_FROM_DEVICE, err);
    if (code == AX_OK)
        code = cuda->exchange.spread(joined, mem, N, err);
    if (code == AX_OK)
        code = cuda->copy(dev[DEVICES - 1], others, mem[DEVICES - 1], sizeof host, AX_FROM_DEVICE, err);
    cuda->exchange.leave(joined);
    for (int d = 0; d < DEVICES; d++) {
        if (dev[d])
            cuda->release(dev[d], mem[d]);
        cuda->close(dev[d]);
    }
    return code;
}

TEST(added_in_order)
{
    ax_err err = { AX_OK, "" };
    float got[N], others[N];
    setenv("AUXCELL_EMU_DEVICES", "3", 1);
    if (!(cuda = ax_emulated_backend(true)))
        skip();
    if (whole(got, others, &err) != AX_OK)
        fail_msg("%s", err.msg);
    for (int i = 0; i < N; i++) {
        volatile float sum = weight[0] * value_of(0, i), more;
        for (int d = 1; d < DEVICES; d++) {
            more = weight[d] * value_of(d, i);
            sum = sum + more;
        }
        assert_true(got[i] == sum && others[i] == sum);
    }
    assert_int_equal(ax_emulated_live(), 0);
}

/* Whether call n is the first or the last of its name, counted from `first`. */
static bool first_or_last(const char *const *names, long first, long n, long calls)
{
    bool earlier = false, later = false;
    for (long i = first; i <= calls; i++)
        if (!strcmp(names[i], names[n])) {
            earlier = earlier || i < n;
            later = later || i > n;
        }
    return !earlier || !later;
}

/* Calls fail in turn, starting where the devices connect; nothing leaks, and a result, if there is one, is right. */
TEST(calls_fail)
{
    enum { MOST = 1000 };
    static const char *names[MOST];
    ax_err err = { AX_OK, "" };
    float right[N], got[N], others[N];
    setenv("AUXCELL_EMU_DEVICES", "3", 1);
    if (!(cuda = ax_emulated_backend(true)))
        skip();
    ax_emulated_fail(0, false);
    assert_int_equal(whole(right, others, &err), AX_OK);
    long calls = 0, first = 0, failed = 0;
    while (calls + 1 < MOST && (names[calls + 1] = ax_emulated_call(calls + 1)))
        if (!strcmp(names[++calls], "ncclCommInitAll"))
            first = calls;
    assert_in_range(calls, 50, MOST - 2);
    assert_in_range(first, 1, calls);
    alarm(60); /* ends the test if it hangs */
    for (long n = first; n <= calls; n++)
        for (int lost = 0; lost < 2 && first_or_last(names, first, n, calls); lost++) {
            err = (ax_err) { AX_OK, "" };
            ax_emulated_fail(n, lost);
            ax_code code = whole(got, others, &err);
            char call[64];
            snprintf(call, sizeof call, "%s", ax_emulated_failed());
            ax_emulated_fail(0, false);
            if (ax_emulated_live())
                fail_msg("call %ld, %s: %ld objects are left", n, call, ax_emulated_live());
            if (code == AX_OK && memcmp(got, right, sizeof got) != 0)
                fail_msg("call %ld, %s: failed, nobody noticed, and the sum is wrong", n, call);
            if (code != AX_OK && !strstr(err.msg, "cuda:"))
                fail_msg("call %ld, %s: %s", n, call, err.msg);
            bool carries = !strncmp(call, "ncclGroup", 9) || !strcmp(call, "ncclSend") || !strcmp(call, "ncclRecv") ||
                           !strcmp(call, "ncclCommInitAll");
            if (carries && code != AX_EDEVICE)
                fail_msg("call %ld, %s: code %d", n, call, (int)code);
            failed += code != AX_OK;
        }
    alarm(0);
    assert_true(failed > 15);
    assert_int_equal(whole(got, others, &err), AX_OK);
    assert_memory_equal(got, right, sizeof got);
}

int main(void)
{
    return RUN_TESTS(added_in_order, calls_fail);
}
