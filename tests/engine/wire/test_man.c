/* The lists in the manual pages are those of the program. AX_UPDATE_MAN=1 rewrites them. */
#include "engine/base/file.h"
#include "engine/candidate/metric.h"
#include "engine/config/dataset.h"
#include "engine/train/survey.h"
#include "engine/config/settings.h"
#include "engine/wire/command.h"
#include "engine/wire/event.h"
#include "tests/helper/mantable.h"
#include "tests/helper/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct field_doc {
    const char *type, *name, *doc;
} field_doc;

#define FIELD(type, name, doc) { #type, #name, doc },
#define KIND(kind)                                                                                                     \
    static const field_doc docs_##kind[] = { AX_EV_##kind(FIELD) };                                                    \
    static const size_t n_docs_##kind = sizeof docs_##kind / sizeof *docs_##kind;
AX_EVENT_LIST(KIND)

static const char *type_word(const char *type)
{
    return !strcmp(type, "WHOLE")                              ? "integer"
           : !strcmp(type, "REAL")                             ? "number"
           : !strcmp(type, "TEXT")                             ? "text"
           : !strcmp(type, "EACH") || !strcmp(type, "CHOICES") ? "array of numbers"
                                                               : "genotype";
}

static void add_kind(ax_str *out, const char *name, const field_doc *doc, size_t n)
{
    ax_str_printf(out, ".Ss %s\n.Bl -tag -width 12n -compact\n", name);
    for (size_t i = 0; i < n; i++) {
        ax_str_printf(out, ".It Va %s\n%s: ", doc[i].name, type_word(doc[i].type));
        ax_man_text(out, doc[i].doc);
        ax_str_add(out, "\n");
    }
    ax_str_add(out, ".El\n");
}

TEST(events)
{
    ax_str want;
    ax_str_init(&want, 0);
#define ADD(kind) add_kind(&want, ax_event_name(AX_EVENT_##kind), docs_##kind, n_docs_##kind);
    AX_EVENT_LIST(ADD)
    assert_true(ax_man_part("man/auxcell-events.5", "events", want.text));
    ax_str_release(&want);
}

TEST(figures)
{
    static const char *const unit[] = { [AX_FORM_SHARE] = "",
                                        [AX_FORM_COUNT] = "",
                                        [AX_FORM_SECONDS] = ", seconds",
                                        [AX_FORM_MS] = "",
                                        [AX_FORM_BYTES] = ", bytes" };
    ax_str want;
    ax_str_init(&want, 0);
    for (int m = 0; m < AX_METRIC_COUNT; m++) {
        const ax_metric_info *info = ax_metric_of((ax_metric)m);
        ax_str_printf(&want, ".It Cm %s Pq Va %s\n", info->word, info->name);
        ax_man_text(&want, info->doc);
        ax_str_printf(&want, "%s.\n%s", unit[info->form.form], info->column.head ? "A column of the table.\n" : "");
    }
    assert_true(ax_man_part("man/auxcell.1", "figures", want.text));
    ax_str_release(&want);
}

TEST(verbs)
{
    static const char *const operands[] = { ".Op Ar RUN", ".Op Ar RUN\n.Ar ID", ".Op Ar RUN\n.Op Ar ID",
                                            ".Op Ar RUN\n.Ar ID ...", ".Op Ar RUN\n.Op Ar ID ..." };
    ax_str want;
    ax_str_init(&want, 0);
#define VERB(id, word, on, more, doc)                                                                                  \
    {                                                                                                                  \
        const char *then = AX_VERB_##id == AX_VERB_NOTE     ? "\n.Ar TEXT"                                             \
                           : AX_VERB_##id == AX_VERB_FORK   ? "\n.Fl Fl set Ar DECISION=VALUE ..."                     \
                           : AX_VERB_##id == AX_VERB_SUBMIT ? "\n.Ar GENOTYPE"                                         \
                                                            : "";                                                      \
        ax_str_printf(&want, ".It Xo\n.Cm %s\n%s%s\n.Xc\n", word, operands[AX_ON_##on], then);                         \
        ax_man_text(&want, doc);                                                                                       \
        ax_str_add(&want, ".\n");                                                                                      \
    }
    AX_VERB_LIST(VERB)
    assert_true(ax_man_part("man/auxcell.1", "verbs", want.text));
    ax_str_release(&want);
}

TEST(settings)
{
    ax_settings preset[3];
    static const char *const preset_name[] = { "demo", "cpu", "paper" };
    for (int k = 0; k < 3; k++)
        assert_int_equal(ax_settings_preset(&preset[k], preset_name[k], NULL), AX_OK);
#define DOC(type, name, scope, group, demo, cpu, paper, limits, doc) doc,
    static const char *const docs[] = { AX_SETTING_LIST(DOC) };
    ax_str want;
    ax_str_init(&want, 0);
    const char *name, *heading;
    char value[3][AX_SETTING_TEXT];
    for (int k = 0, i; (i = ax_settings_in_order(k, &heading)) >= 0; k++) {
        char option[64];
        if (heading)
            ax_str_printf(&want, "%s.Ss %s\n.Bl -tag -width indent\n", k ? ".El\n" : "", heading);
        ax_settings_at(&preset[0], i, &name, value[0]);
        snprintf(option, sizeof option, "%s", name);
        for (char *c = option; *c; c++)
            *c = *c == '_' ? '-' : *c;
        ax_settings_at(&preset[1], i, &name, value[1]);
        ax_settings_at(&preset[2], i, &name, value[2]);
        ax_str_add(&want, ".It Fl Fl ");
        ax_man_text(&want, option);
        ax_str_add(&want, " Ar value\n");
        ax_man_text(&want, docs[i]);
        ax_str_add(&want, ".\n");
        bool same = !strcmp(value[0], value[1]) && !strcmp(value[1], value[2]);
        if (same && value[0][0])
            ax_str_printf(&want, "Default: %s.\n", value[0]);
        else if (!same)
            ax_str_printf(&want, "Default: demo %s, cpu %s, paper %s.\n", value[0], value[1], value[2]);
    }
    ax_str_add(&want, ".El\n");
    assert_true(ax_man_part("man/auxcell.1", "settings", want.text));
    ax_str_release(&want);
}

TEST(data_sets)
{
    ax_str want, readme;
    ax_str_init(&want, 0);
    ax_str_init(&readme, 0);
    const ax_dataset *set;
    for (int i = 0; (set = ax_dataset_at(i)); i++) {
        ax_str_printf(&want, ".It Cm %s Ns Ar ", set->name);
        ax_man_text(&want, set->argument);
        ax_str_add(&want, "\n");
        ax_man_text(&want, set->doc);
        ax_str_add(&want, ".\n");
        ax_str_printf(&readme, "| `%s%s` | %s |\n", set->name, set->argument, set->doc);
    }
    assert_true(ax_man_part("man/auxcell.1", "data sets", want.text));
    char *page;
    size_t n;
    assert_int_equal(ax_file_read(AT_FDCWD, "README.md", 1 << 20, &page, &n, NULL), AX_OK);
    if (!strstr(page, readme.text))
        fail_msg("README.md lacks the table of data sets:\n%s", readme.text);
    free(page);
    ax_str_clear(&want);
    const char *name, *form, *doc;
    bool files;
    for (int i = 0; (name = ax_dataset_option_at(i, &form, &files, &doc)); i++) {
        ax_str_printf(&want, ".It Cm %s Ns = Ns Ar ", name);
        ax_man_text(&want, form);
        ax_str_add(&want, "\n");
        ax_man_text(&want, doc);
        ax_str_add(&want, ".\n");
    }
    assert_true(ax_man_part("man/auxcell.1", "data set options", want.text));
    ax_str_release(&want);
    ax_str_release(&readme);
}

TEST(findings)
{
    ax_str want;
    const char *doc;
    bool stops;
    ax_str_init(&want, 0);
    for (int f = 0; f < AX_FINDINGS; f++) {
        ax_str_printf(&want, ".It Li %s\n", ax_finding_name(f, &stops, &doc));
        ax_man_text(&want, doc);
        ax_str_add(&want, stops ? " (an error).\n" : ".\n");
    }
    assert_true(ax_man_part("man/auxcell.1", "findings", want.text));
    ax_str_release(&want);
}

int main(void)
{
    return RUN_TESTS(events, figures, verbs, settings, data_sets, findings);
}
