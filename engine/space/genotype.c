#include "engine/space/genotype.h"

#include "engine/base/utf8.h"
#include "engine/space/decision.h"

#include <stdio.h>
#include <string.h>

static const char *const cellop_names[AX_CELL_OPS] = {
    [AX_CELL_CONV1] = "conv1x1",
    [AX_CELL_CONV3] = "conv3x3",
    [AX_CELL_SEP3] = "sep3x3",
    [AX_CELL_SEP5] = "sep5x5",
    [AX_CELL_GAP] = "gap",
    [AX_CELL_CONV3_D3] = "conv3x3_d3",
    [AX_CELL_CONV3_D12] = "conv3x3_d12",
    [AX_CELL_SEP3_D3] = "sep3x3_d3",
    [AX_CELL_SEP5_D6] = "sep5x5_d6",
    [AX_CELL_SKIP] = "skip",
    [AX_CELL_NONE] = "none",
};

const char *ax_cellop_name(unsigned op)
{
    return op < AX_CELL_OPS ? cellop_names[op] : "?";
}

static const char pattern[] = "[[#,[#,#,#,#],[#,#,#,#],[#,#,#,#]],[[#,#],[#,#],[#,#]]]"; /* # is a decision */

/* Copies at most n bytes of text for a message: what a terminal might choke on becomes '?'. */
static void add_plain(char *out, size_t cap, const char *text, size_t n)
{
    size_t used = strlen(out);
    for (size_t i = 0; i < n && used + 1 < cap; i++) {
        unsigned char c = (unsigned char)text[i];
        out[used++] = c < 0x20 || c > 0x7e ? '?' : (char)c;
    }
    out[used] = '\0';
}

/* The text with its bytes [at, at+n) marked; long texts are cut on both sides. */
static void mark(char *out, size_t cap, const char *text, size_t at, size_t n)
{
    enum { BEFORE = 60, MARKED = 20, AFTER = 60 };
    size_t from = at > BEFORE ? at - BEFORE : 0, len = strlen(text), rest = len - at - n;
    out[0] = '\0';
    add_plain(out, cap, "...", from ? 3 : 0);
    add_plain(out, cap, text + from, at - from);
    add_plain(out, cap, ">", 1);
    add_plain(out, cap, text + at, n < MARKED ? n : MARKED);
    add_plain(out, cap, "...", n > MARKED ? 3 : 0);
    add_plain(out, cap, "<", 1);
    add_plain(out, cap, text + at + n, rest < AFTER ? rest : AFTER);
    add_plain(out, cap, "...", rest > AFTER ? 3 : 0);
}

static ax_code expected(const char *text, size_t at, const char *what, ax_err *err)
{
    char marked[192];
    size_t n = text[at] ? ax_utf8_len(text + at) : 0;
    mark(marked, sizeof marked, text, at, text[at] && !n ? 1 : n);
    return ax_fail(err, AX_EINVAL, "genotype: expected %s at character %zu%s: %s", what, at + 1,
                   text[at] ? "" : ", where the text ends", marked);
}

static size_t skip_blanks(const char *text, size_t at)
{
    return at + strspn(text + at, " \t\r\n");
}

/* Reads the number of decision d at *at. */
static ax_code parse_decision(const char *text, size_t *at, const ax_decision *d, uint8_t *out, ax_err *err)
{
    size_t n = strspn(text + *at, "0123456789");
    unsigned value = 0;
    char buf[192];
    if (!n) {
        snprintf(buf, sizeof buf, "%s %s (%s)", d->what[0] == 'p' ? "a" : "an", d->what, d->where);
        return expected(text, *at, buf, err);
    }
    for (size_t i = 0; i < n && value < d->choices; i++)
        value = value * 10 + (unsigned)(text[*at + i] - '0');
    if (value >= d->choices) {
        mark(buf, sizeof buf, text, *at, n);
        return ax_fail(err, AX_EINVAL, "genotype: %s %.*s%s at character %zu: %s are 0 to %u: %s", d->what,
                       n < 12 ? (int)n : 12, text + *at, n < 12 ? "" : "...", *at + 1, d->plural, d->choices - 1u, buf);
    }
    *out = (uint8_t)value;
    *at += n;
    return AX_OK;
}

ax_code ax_genotype_parse(const char *text, ax_genotype *g, ax_err *err)
{
    uint8_t value[AX_DECISIONS];
    size_t at = 0, next = 0;
    for (const char *p = pattern; *p; p++) {
        at = skip_blanks(text, at);
        if (*p == '#') {
            if (parse_decision(text, &at, &ax_decisions[next], &value[next], err) != AX_OK)
                return AX_EINVAL;
            next++;
        } else if (text[at] == *p) {
            at++;
        } else {
            char what[4] = { '\'', *p, '\'' };
            return expected(text, at, what, err);
        }
    }
    at = skip_blanks(text, at);
    if (text[at])
        return expected(text, at, "nothing more", err);
    memcpy(g, value, sizeof value);
    return AX_OK;
}

char *ax_genotype_print(const ax_genotype *g, char buf[static AX_GENOTYPE_TEXT])
{
    uint8_t value[AX_DECISIONS];
    memcpy(value, g, sizeof value);
    size_t used = 0, next = 0;
    buf[0] = '\0';
    for (const char *p = pattern; *p && used < AX_GENOTYPE_TEXT; p++)
        used += (size_t)(*p == '#' ? snprintf(buf + used, AX_GENOTYPE_TEXT - used, "%u", value[next++] % 100u)
                                   : snprintf(buf + used, AX_GENOTYPE_TEXT - used, "%c", *p));
    return buf;
}

ax_code ax_genotype_validate(const ax_genotype *g, ax_err *err)
{
    uint8_t value[AX_DECISIONS];
    memcpy(value, g, sizeof value);
    for (size_t i = 0; i < AX_DECISIONS; i++)
        if (value[i] >= ax_decisions[i].choices)
            return ax_fail(err, AX_EINVAL, "genotype: decision %zu (%s), %s %u: %s are 0 to %u", i + 1,
                           ax_decisions[i].where, ax_decisions[i].what, value[i], ax_decisions[i].plural,
                           ax_decisions[i].choices - 1u);
    return AX_OK;
}

ax_genotype ax_genotype_random(ax_rng *rng)
{
    uint8_t value[AX_DECISIONS];
    for (size_t i = 0; i < AX_DECISIONS; i++)
        value[i] = (uint8_t)ax_rng_below(rng, ax_decisions[i].choices);
    ax_genotype g;
    memcpy(&g, value, sizeof value);
    return g;
}

uint32_t ax_genotype_loose_ends(const ax_genotype *g)
{
    uint32_t loose = 1u << 1;
    for (unsigned layer = 0; layer < AX_CELL_LAYERS; layer++)
        loose |= 1u << (3 * layer + 4);
    for (unsigned layer = 0; layer < AX_CELL_LAYERS; layer++)
        for (unsigned k = 0; k < 2; k++)
            loose &= ~(1u << g->layer[layer].pos[k]);
    return loose;
}

uint32_t ax_genotype_loose_blocks(const ax_genotype *g)
{
    uint32_t loose = (1u << AX_BLOCKS) - 1;
    for (unsigned b = 0; b < AX_BLOCKS; b++)
        for (unsigned k = 0; k < 2; k++)
            if (g->block[b].in[k] >= AX_TAPS)
                loose &= ~(1u << (g->block[b].in[k] - AX_TAPS));
    return loose;
}
