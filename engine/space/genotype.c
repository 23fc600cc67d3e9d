#include "engine/space/genotype.h"

#include "engine/base/utf8.h"
#include "engine/space/space.h"

#include <stdio.h>
#include <string.h>

/* Copies at most n bytes of text for a message, with '?' for anything that could disturb a terminal. */
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

/* *failed: the character where the text stops matching this space. */
static ax_code parse_as(const ax_space *s, const char *text, ax_genotype *g, size_t *failed, ax_err *err)
{
    ax_genotype made = ax_space_first(s);
    size_t at = 0, next = 0;
    for (const char *p = s->pattern; *p; p++) {
        at = *failed = skip_blanks(text, at);
        if (*p == '#') {
            if (parse_decision(text, &at, &s->decision[next], &made.value[next], err) != AX_OK)
                return AX_EINVAL;
            next++;
        } else if (text[at] == *p) {
            at++;
        } else {
            char what[4] = { '\'', *p, '\'' };
            return expected(text, at, what, err);
        }
    }
    at = *failed = skip_blanks(text, at);
    if (text[at])
        return expected(text, at, "nothing more", err);
    *g = made;
    return AX_OK;
}

/* Whether the text is a word: a text form never begins with a letter. */
static bool is_word(const char *text)
{
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return *text && strchr(LETTERS, *text) && !text[strspn(text, LETTERS "0123456789-_.")];
#undef LETTERS
}

static ax_code parse_name(const char *text, ax_genotype *g, ax_err *err)
{
    char names[160] = "", word[40] = "";
    const ax_space *s;
    size_t at;
    for (unsigned i = 0; (s = ax_space_at(i)); i++)
        for (unsigned k = 0; k < s->n_published; k++) {
            const ax_published *p = &s->published[k];
            if (!strcmp(p->name, text))
                return parse_as(s, p->text, g, &at, err);
            add_plain(names, sizeof names, ", ", names[0] ? 2 : 0);
            add_plain(names, sizeof names, p->name, strlen(p->name));
        }
    add_plain(word, sizeof word, text, strlen(text));
    return ax_fail(err, AX_EINVAL, "genotype: '%s' is not a published network; they are %s", word, names);
}

ax_code ax_genotype_parse(const char *text, ax_genotype *g, ax_err *err)
{
    if (is_word(text))
        return parse_name(text, g, err);
    size_t farthest = 0, at = 0;
    const ax_space *best = ax_space_at(0), *s;
    for (unsigned i = 0; (s = ax_space_at(i)); i++) {
        if (parse_as(s, text, g, &at, NULL) == AX_OK)
            return AX_OK;
        if (at > farthest) {
            farthest = at;
            best = s;
        }
    }
    return parse_as(best, text, g, &at, err);
}

char *ax_genotype_print(const ax_genotype *g, char buf[static AX_GENOTYPE_TEXT])
{
    size_t used = 0, next = 0; /* by hand: a table prints one for each of its rows, whenever it is drawn */
    for (const char *p = ax_space_of(g)->pattern; *p && used + 2 < AX_GENOTYPE_TEXT; p++) {
        unsigned value = *p == '#' ? g->value[next++] % 100u : 0;
        if (value > 9)
            buf[used++] = (char)('0' + value / 10);
        buf[used++] = *p == '#' ? (char)('0' + value % 10) : *p;
    }
    buf[used] = '\0';
    return buf;
}

ax_code ax_genotype_validate(const ax_genotype *g, ax_err *err)
{
    const ax_space *s = ax_space_at(g->space);
    if (!s)
        return ax_fail(err, AX_EINVAL, "genotype: there is no space %u", g->space);
    for (size_t i = 0; i < s->n_decisions; i++) {
        const ax_decision *d = &s->decision[i];
        if (g->value[i] >= d->choices)
            return ax_fail(err, AX_EINVAL, "genotype: decision %zu (%s), %s %u: %s are 0 to %u", i + 1, d->where,
                           d->what, g->value[i], d->plural, d->choices - 1u);
    }
    return AX_OK;
}
