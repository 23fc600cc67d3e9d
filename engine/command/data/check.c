/* auxcell data check: describes a data set and reports problems that affect training. */
#include "engine/base/out.h"
#include "engine/base/str.h"
#include "engine/command/data/check.h"
#include "engine/command/data/data.h"
#include "engine/config/option.h"
#include "engine/train/survey.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SAMPLE = 200, CLASSES_SHOWN = 14, NAME = 18, BAR = 24, STOPPED = 130 };

static const char synopsis[] = "auxcell data check SPEC [OPTION...]";
static const char about[] =
    "Looks at all files' headers and at the pixels of some images, and says what the data set looks like and what is\n"
    "wrong with it. Exit status 1: training would go wrong.\n";

typedef struct options {
    const char *spec, *task;
    bool json, all;
} options;

static ax_parsed parse(int argc, char **argv, options *o, ax_err *err)
{
    const ax_option table[] = {
        AX_TEXT("--task", "T", &o->task, "the truth of which task (the data set's first)"),
        AX_FLAG("--all", &o->all, "reads the pixels of all images"),
        AX_FLAG("--json", &o->json, "all of it as one JSON object"),
    };
    const ax_usage u = { synopsis, about, AX_OPTIONS(table), NULL, 1 };
    return ax_data_parse(&u, "check", argc, argv, &o->spec, err);
}

/* ---- text ---- */

static double percent(uint64_t n, uint64_t of)
{
    return of ? 100.0 * (double)n / (double)of : 0;
}

static void print_kinds(const char *what, const ax_survey_kind *kind, int n)
{
    enum { SHOWN = 4 };
    if (!n)
        return;
    ax_str line;
    ax_str_init(&line, 0);
    for (int i = 0; i < n && i < SHOWN; i++)
        ax_str_printf(&line, "%s%s (%" PRIu64 ")", i ? "  " : "", kind[i].text, kind[i].n);
    if (n > SHOWN)
        ax_str_printf(&line, "  and %d more", n - SHOWN);
    ax_out_line("%-10s %s", what, line.text);
    ax_str_release(&line);
}

/* Share of the labelled pixels. */
static double share(const ax_survey_part *p, int class)
{
    return percent(p->of_class[class], p->pixels - p->unlabelled);
}

static uint64_t pixels_of(const ax_survey *s, int class)
{
    return s->part[0].of_class[class] + s->part[1].of_class[class];
}

/* Prints the line of an output: its name in so many columns, and the rest. */
static void print_line(int columns, const char *name, const char *rest)
{
    ax_str line;
    ax_str_init(&line, 0);
    ax_str_add(&line, "  ");
    ax_str_padded(&line, name, columns);
    ax_out_line("%s %s", line.text, rest);
    ax_str_release(&line);
}

static void print_class(const ax_survey *s, int class, uint64_t most, int names)
{
    char bar[BAR + 1], rest[BAR + 80];
    uint64_t n = pixels_of(s, class);
    int length = most ? (int)((double)n / (double)most * BAR + 0.5) : 0;
    memset(bar, '#', sizeof bar);
    bar[length ? length : n > 0] = '\0';
    snprintf(rest, sizeof rest, "%-*s %8.3f %% %8.3f %% %6.0f %%", BAR, bar, share(&s->part[0], class),
             share(&s->part[1], class),
             percent(s->part[0].images_with[class] + s->part[1].images_with[class], s->part[0].read + s->part[1].read));
    print_line(names, s->info.task.name[class], rest);
}

typedef struct ranked {
    uint64_t pixels;
    int class;
} ranked;

static int by_pixels(const void *a, const void *b)
{
    const ranked *p = a, *q = b;
    return p->pixels != q->pixels ? (p->pixels > q->pixels ? -1 : 1) : p->class - q->class;
}

/* In order of id; of many, the most frequent ones. */
static void print_classes(const ax_survey *s)
{
    ranked rank[AX_TASK_OUTPUTS] = { { 0, 0 } };
    const int names = ax_task_name_columns(&s->info.task, NAME);
    int n = s->info.task.outputs, shown = n < CLASSES_SHOWN ? n : CLASSES_SHOWN;
    uint64_t left = 0, labelled = 0, pixels = s->part[0].pixels + s->part[1].pixels;
    for (int c = 0; c < n; c++)
        rank[c] = (ranked) { pixels_of(s, c), c };
    if (n)
        qsort(rank, (size_t)n, sizeof *rank, by_pixels);
    for (int i = 0; i < n; i++) {
        labelled += rank[i].pixels;
        left += i >= shown ? rank[i].pixels : 0;
    }
    ax_out("\n%-*s %-*s %10s %10s %8s\n", names + 2, "classes", BAR, "", "training", "validation", "images");
    for (int i = 0; i < shown; i++)
        print_class(s, n <= CLASSES_SHOWN ? i : rank[i].class, rank[0].pixels, names);
    if (n > shown)
        ax_out("  and %d more: %.3f %%\n", n - shown, percent(left, labelled));
    ax_out("  %-*s %-*s %8.3f %% %8.3f %%\n", names, "unlabelled", BAR, "",
           percent(s->part[0].unlabelled, s->part[0].pixels), percent(s->part[1].unlabelled, s->part[1].pixels));
    if (labelled + s->part[0].unlabelled + s->part[1].unlabelled < pixels)
        ax_out("  %-*s %-*s %8.3f %%\n", names, "without a class", BAR, "",
               percent(pixels - labelled - s->part[0].unlabelled - s->part[1].unlabelled, pixels));
}

static void print_findings(const ax_survey *s)
{
    const char *doc;
    bool stops;
    for (int pass = 0; pass < 2; pass++)
        for (int f = 0; f < AX_FINDINGS; f++) {
            const ax_survey_found *found = &s->found[f];
            (void)ax_finding_name(f, &stops, &doc);
            if (!found->n || stops == (pass == 1))
                continue;
            ax_out("\n%s  %" PRIu64 " %s\n", stops ? "error  " : "note   ", found->n, doc);
            for (int i = 0; i < found->shown; i++)
                ax_out_line("  %s", found->first[i].text);
            if (found->n > (uint64_t)found->shown)
                ax_out("  and %" PRIu64 " more\n", found->n - (uint64_t)found->shown);
        }
}

/* Which key points people have. */
static void print_people(const ax_survey *s)
{
    uint64_t most = 1;
    ax_out("%-10s %" PRIu64 " with people of training, %" PRIu64 " of validation\n", "pictures", s->people[0].pictures,
           s->people[1].pictures);
    for (int k = 0; k < s->info.task.outputs; k++) {
        uint64_t n = s->people[0].of_point[k] + s->people[1].of_point[k];
        most = n > most ? n : most;
    }
    ax_out("\n%-20s %-*s %10s %10s\n", "key points", BAR, "", "training", "validation");
    for (int k = 0; k < s->info.task.outputs; k++) {
        char bar[BAR + 1], rest[BAR + 80];
        uint64_t n[2] = { s->people[0].of_point[k], s->people[1].of_point[k] };
        int length = (int)((n[0] + n[1]) * BAR / most);
        memset(bar, '#', sizeof bar);
        bar[length ? length : n[0] + n[1] > 0] = '\0';
        snprintf(rest, sizeof rest, "%-*s %8.1f %% %8.1f %%", BAR, bar, percent(n[0], s->part[0].images),
                 percent(n[1], s->part[1].images));
        print_line(NAME, s->info.task.name[k], rest);
    }
}

static void print_text(const ax_survey *s)
{
    uint64_t images = s->part[0].images + s->part[1].images, read = s->part[0].read + s->part[1].read;
    ax_out_line("%s", s->info.spec);
    ax_out("%-10s %" PRIu64 " for training, %" PRIu64 " for validation; ", s->people_known ? "persons" : "images",
           s->part[0].images, s->part[1].images);
    ax_out("%spixels of %s%" PRIu64 " were read%s\n", s->files ? "headers of all and " : "",
           read == images ? "all " : "", read,
           s->stopped      ? ", then it was stopped"
           : read < images ? " (--all: of all)"
                           : "");
    print_kinds("sizes", s->size, s->sizes);
    print_kinds("targets", s->target, s->targets);
    if (s->depth.maps)
        ax_out_line("%-10s median %.3g m (of single maps %.3g to %.3g m), %.1f %% missing", "depth", s->depth.median,
                    s->depth.least, s->depth.most, percent(s->depth.missing, s->depth.pixels));
    if (s->people_known)
        print_people(s);
    if (s->classes_of[0])
        ax_out_line("%-10s %d, from %s", "classes", s->info.task.outputs, s->classes_of);
    if (read && s->classes)
        print_classes(s);
    print_findings(s);
    ax_out("\n%s\n", ax_survey_bad(s) ? "Training would go wrong."
                     : s->all         ? "Nothing in it would make training go wrong."
                                      : "Nothing seen that would make training go wrong.");
}

/* ---- progress ---- */

typedef struct watching {
    bool tty;
    int last; /* last progress shown, in thousandths */
} watching;

/* SIGINT is blocked and stays pending until this check. */
static bool progress(void *context, const char *what, uint64_t done, uint64_t of)
{
    enum { WIDTH = 30 };
    watching *w = context;
    sigset_t waiting;
    sigpending(&waiting);
    int now = (int)(1000 * done / (of ? of : 1));
    if (w->tty && (now != w->last || done == of)) {
        char bar[WIDTH + 1];
        int n = now * WIDTH / 1000;
        memset(bar, '#', (size_t)n);
        memset(bar + n, '.', (size_t)(WIDTH - n));
        bar[WIDTH] = '\0';
        ax_out_progress("  %-8s %s %" PRIu64 "/%" PRIu64 " ", what, bar, done, of);
        if (done == of)
            ax_out_progress("%s", "");
    }
    w->last = now;
    return !sigismember(&waiting, SIGINT);
}

int ax_data_check(const ax_program *prog, int argc, char **argv)
{
    ax_err err = { AX_OK, "" };
    options o = { .task = "" };
    ax_parsed parsed = parse(argc, argv, &o, &err);
    if (parsed != AX_PARSED_GO)
        return parsed;
    if (err.code)
        return ax_complain_of(&err);
    watching w = { .tty = isatty(2), .last = -1 };
    const ax_survey_how how = { .task = o.task, .all = o.all, .sample = SAMPLE, .progress = progress, .context = &w };
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    sigprocmask(SIG_BLOCK, &interrupt, NULL);
    ax_survey *s = prog->survey(o.spec, &how, &err);
    if (w.tty)
        ax_out_progress("%s", "");
    if (!s)
        return ax_complain_of(&err);
    if (o.json)
        ax_data_check_json(s);
    else
        print_text(s);
    int code = s->stopped ? STOPPED : ax_survey_bad(s);
    free(s);
    return code;
}
