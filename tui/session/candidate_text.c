#include "tui/session/candidate_text.h"

#include <math.h>
#include <string.h>

/* type (as in events, and FLAG: true or false; SINCE: seconds since the epoch, 0 = not yet; COUNT: -1 = not known;
   LINK: an id, 0 = none), name, value */
#define FIRST_LIST(X)                                                                                                  \
    X(WHOLE, id, c->id)                                                                                                \
    X(LINK, parent, c->parent)                                                                                         \
    X(LINK, reused, c->reused)                                                                                         \
    X(TEXT, origin, c->origin)                                                                                         \
    X(TEXT, status, letter)                                                                                            \
    X(WHOLE, stage, c->stage)                                                                                          \
    X(TEXT, genotype, genotype)
/* figures: engine/candidate/metric.h */
#define PROGRESS_LIST(X)                                                                                               \
    X(WHOLE, epoch, c->epoch)                                                                                          \
    X(WHOLE, epochs, c->epochs)                                                                                        \
    X(WHOLE, attempt, c->attempt)                                                                                      \
    X(REAL, logp, c->logp)                                                                                             \
    X(REAL, entropy, c->entropy)                                                                                       \
    X(COUNT, gate_passed, c->gate_passed)                                                                              \
    X(REAL, gate_chance, c->gate_chance)
/* fronts: likewise */
#define LATER_LIST(X)                                                                                                  \
    X(LINK, finalist, c->finalist)                                                                                     \
    X(LINK, seed, c->seed)                                                                                             \
    X(LINK, full, c->full)                                                                                             \
    X(FLAG, pinned, c->pinned)                                                                                         \
    X(SINCE, proposed, c->proposed_at)                                                                                 \
    X(SINCE, started, c->started_at)                                                                                   \
    X(SINCE, finished, c->finished_at)                                                                                 \
    X(TEXT, note, c->note)                                                                                             \
    X(TEXT, failure, c->failure)                                                                                       \
    X(TEXT, model, c->model)                                                                                           \
    X(TEXT, masks, c->masks)

typedef struct writer {
    ax_str *out;
    bool json, names; /* names: the first line of CSV */
    int n;            /* fields written */
} writer;

/* Begins a field. False: its value isn't written (only names are). */
static bool begin(writer *w, const char *name)
{
    if (w->n++)
        ax_str_add(w->out, ",");
    if (w->json)
        ax_str_printf(w->out, "\"%s\":", name);
    if (w->names)
        ax_str_add(w->out, name);
    return !w->names;
}

static void nothing(writer *w)
{
    if (w->json)
        ax_str_add(w->out, "null");
}

static void put_WHOLE(writer *w, int64_t v)
{
    ax_str_printf(w->out, "%lld", (long long)v);
}

static void put_COUNT(writer *w, int64_t v)
{
    v < 0 ? nothing(w) : put_WHOLE(w, v);
}

static void put_LINK(writer *w, int64_t v)
{
    v == 0 ? nothing(w) : put_WHOLE(w, v);
}

static void put_REAL(writer *w, double v)
{
    if (isfinite(v))
        ax_str_printf(w->out, "%.10g", v);
    else
        nothing(w);
}

static void put_SINCE(writer *w, double v)
{
    if (v > 0)
        ax_str_printf(w->out, "%.3f", v);
    else
        nothing(w);
}

static void put_FLAG(writer *w, bool v)
{
    ax_str_add(w->out, w->json ? (v ? "true" : "false") : v ? "1" : "0");
}

static void put_TEXT(writer *w, const char *v)
{
    if (w->json)
        ax_str_json(w->out, v);
    else
        ax_str_csv(w->out, v);
}

static void write_figures(writer *w, const ax_state *s, const ax_candidate *c)
{
    for (int m = 0; m < AX_METRIC_COUNT; m++) {
        const ax_metric_info *info = ax_metric_of((ax_metric)m);
        double v = ax_outcome_figure(&c->outcome, (ax_metric)m);
        if (!ax_metric_is_of((ax_metric)m, s->task) || !begin(w, info->name))
            continue;
        if (info->whole && isfinite(v))
            put_WHOLE(w, (int64_t)v);
        else
            put_REAL(w, v);
    }
}

static void write_fronts(writer *w, const ax_state *s, const ax_candidate *c)
{
    ax_metric m;
    for (int k = 1; (m = ax_metric_front(k)) < AX_METRIC_COUNT; k++)
        if (begin(w, ax_metric_of(m)->front.flag))
            put_FLAG(w, ax_state_on_front(s, c, m));
}

static void write_fields(writer *w, const ax_state *s, const ax_candidate *c)
{
    char genotype[AX_GENOTYPE_TEXT];
    const char letter[2] = { (char)c->status, '\0' };
    ax_genotype_print(&c->genotype, genotype);
#define PUT(type, name, value)                                                                                         \
    if (begin(w, #name))                                                                                               \
        put_##type(w, value);
    FIRST_LIST(PUT)
    write_figures(w, s, c);
    PROGRESS_LIST(PUT)
    write_fronts(w, s, c);
    LATER_LIST(PUT)
}

void ax_candidate_json(const ax_state *s, const ax_candidate *c, ax_str *out)
{
    ax_str_add(out, "{");
    write_fields(&(writer) { .out = out, .json = true }, s, c);
    ax_str_add(out, "}");
}

void ax_candidate_csv_header(ax_task_id task, ax_str *out)
{
    const ax_state none = { .task = task };
    const ax_candidate no_candidate = { .id = 0 };
    write_fields(&(writer) { .out = out, .names = true }, &none, &no_candidate);
    ax_str_add(out, "\n");
}

void ax_candidate_csv(const ax_state *s, const ax_candidate *c, ax_str *out)
{
    write_fields(&(writer) { .out = out }, s, c);
    ax_str_add(out, "\n");
}

void ax_candidates_text(const ax_state *s, bool json, ax_str *out)
{
    if (json)
        ax_str_add(out, "[");
    else
        ax_candidate_csv_header(s->task, out);
    for (uint32_t i = 0; i < s->n_candidates; i++) {
        if (json) {
            ax_str_add(out, i ? ",\n " : "\n ");
            ax_candidate_json(s, &s->candidate[i], out);
        } else {
            ax_candidate_csv(s, &s->candidate[i], out);
        }
    }
    if (json)
        ax_str_add(out, "\n]\n");
}
