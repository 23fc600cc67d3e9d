#include "tests/helper/events.h"

#include "engine/space/space.h"

#include <float.h>
#include <math.h>
#include <string.h>

static int64_t whole(int k)
{
    static const int64_t v[AX_TEST_FILLS] = { 0, 1, -1, INT64_MAX, INT64_MIN, 127, -33, 4294967296 };
    return v[k % AX_TEST_FILLS];
}

static double real(int k)
{
    static const double v[AX_TEST_FILLS] = { NAN, 0, -0.0, INFINITY, -INFINITY, DBL_MAX, 5e-324, 0.1 };
    return v[k % AX_TEST_FILLS];
}

static void text(char out[AX_EVENT_TEXT], int k)
{
    static const char *const v[AX_TEST_FILLS] = {
        "", "x", "two\nlines\t\x1b[31m", NULL, "\xe2\x97\x8b", "\"q\\'", "gr\xc3\xbc\xc3\x9f", "a b"
    };
    const char *chosen = v[k % AX_TEST_FILLS];
    if (chosen)
        memcpy(out, chosen, strlen(chosen));
    else
        memset(out, 'z', AX_EVENT_TEXT - 1);
}

#define FILL_WHOLE(at, k) (at) = whole(k);
#define FILL_REAL(at, k) (at) = real(k);
#define FILL_TEXT(at, k) text(at, k);
#define FILL_GENOTYPE(at, k)                                                                                           \
    ax_rng rng = ax_rng_new((uint64_t)k, 7);                                                                           \
    (at) = ax_space_random(ax_space_at(0), &rng);
#define FILL_EACH(at, k)                                                                                               \
    for (int i = 0; i < AX_MAX_DECISIONS; i++)                                                                         \
        (at)[i] = i >= ax_space_at(0)->n_decisions || (k) % 4 == 0 || ((k) % 4 == 1 && i == 7)                         \
                      ? NAN                                                                                            \
                      : -0.1f * (float)(i + (k));
#define FILL_CHOICES(at, k)                                                                                            \
    (at).n = 140;                                                                                                      \
    for (int i = 0; i < 140; i++)                                                                                      \
        (at).p[i] = (float)((i + (k)) % 10) / 10;
#define FIELD(type, name, doc) FILL_##type(p->name, k++)
#define KIND(kind)                                                                                                     \
    static void fill_##kind(ax_event *ev, int k)                                                                       \
    {                                                                                                                  \
        __typeof__(ev->u.kind) *p = &ev->u.kind;                                                                       \
        AX_EV_##kind(FIELD)                                                                                            \
    }
AX_EVENT_LIST(KIND)

void ax_test_event(ax_event *ev, ax_event_kind kind, int k)
{
#define ROW(name) [AX_EVENT_##name] = fill_##name,
    static void (*const fill[AX_EVENT_COUNT])(ax_event *, int) = { AX_EVENT_LIST(ROW) };
    memset(ev, 0, sizeof *ev);
    ev->kind = kind;
    ev->at = 1764072000.0 + k / 8.0;
    ev->clock = k % 3 * 1234.5;
    ev->id = k == 3 ? UINT32_MAX : (uint32_t)k;
    fill[kind](ev, k);
}
