#include "engine/wire/damage.h"

#include <stdio.h>

bool ax_damage_none(const ax_damage *d)
{
    return !d->places && !d->mended;
}

void ax_damage_until(ax_damage *d, uint64_t known)
{
    if (d->seq >= known)
        return;
    if (!d->places++)
        d->offset = d->end;
    if (!d->events)
        d->first = d->seq + 1;
    d->last = known;
    d->events += known - d->seq;
    d->bytes += d->tail;
    d->tail = 0;
    d->cut_short = true;
}

#define S(n) (unsigned long long)(n), (n) == 1 ? "" : "s"

const char *ax_damage_text(const ax_damage *d, char text[static AX_DAMAGE_TEXT])
{
    char which[64] = "", bytes[64] = "", candidates[48] = "";
    if (!d->places) {
        snprintf(text, AX_DAMAGE_TEXT,
                 "events.mpk: damaged at byte %llu: %llu flipped bit%s, put right; nothing is missing",
                 (unsigned long long)d->mended_at, S(d->mended));
        return text;
    }
    if (d->events && d->events == d->last - d->first + 1)
        snprintf(which, sizeof which, d->events > 1 ? " (%llu to %llu)" : " (%llu)", (unsigned long long)d->first,
                 (unsigned long long)d->last);
    if (d->bytes)
        snprintf(bytes, sizeof bytes, ", %llu byte%s can't be read", S(d->bytes));
    if (d->candidates)
        snprintf(candidates, sizeof candidates, ", %u candidate%s unknown", d->candidates,
                 d->candidates == 1 ? " is" : "s are");
    snprintf(text, AX_DAMAGE_TEXT, "events.mpk: damaged at byte %llu: %llu event%s%s %s missing%s%s",
             (unsigned long long)d->offset, S(d->events), which, d->events == 1 ? "is" : "are", bytes, candidates);
    return text;
}

void ax_damage_json(const ax_damage *d, ax_str *out)
{
    if (ax_damage_none(d)) {
        ax_str_add(out, "null");
        return;
    }
    ax_str_printf(out, "{\"byte\":%llu,\"bytes\":%llu,\"events\":%llu,\"candidates\":%u,\"mended\":%llu}",
                  (unsigned long long)(d->places ? d->offset : d->mended_at), (unsigned long long)d->bytes,
                  (unsigned long long)d->events, d->candidates, (unsigned long long)d->mended);
}
