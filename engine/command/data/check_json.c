#include "engine/base/out.h"
#include "engine/base/str.h"
#include "engine/command/data/check.h"

#include <inttypes.h>

static void json_kinds(ax_str *out, const char *what, const ax_survey_kind *kind, int n)
{
    ax_str_printf(out, ",\"%s\":[", what);
    for (int i = 0; i < n; i++) {
        ax_str_printf(out, "%s{\"what\":", i ? "," : "");
        ax_str_json(out, kind[i].text);
        ax_str_printf(out, ",\"files\":%" PRIu64 "}", kind[i].n);
    }
    ax_str_add(out, "]");
}

static void json_part(ax_str *out, const char *name, const ax_survey_part *p)
{
    ax_str_printf(
        out, ",\"%s\":{\"images\":%" PRIu64 ",\"read\":%" PRIu64 ",\"pixels\":%" PRIu64 ",\"unlabelled\":%" PRIu64 "}",
        name, p->images, p->read, p->pixels, p->unlabelled);
}

static void json_classes(ax_str *out, const ax_survey *s)
{
    ax_str_add(out, ",\"classes\":[");
    for (int c = 0; s->classes && c < s->info.task.outputs; c++) {
        ax_str_printf(out, "%s{\"name\":", c ? "," : "");
        ax_str_json(out, s->info.task.name[c]);
        ax_str_printf(out, ",\"color\":[%d,%d,%d]", s->info.task.color[c][0], s->info.task.color[c][1],
                      s->info.task.color[c][2]);
        ax_str_printf(out, ",\"pixels\":[%" PRIu64 ",%" PRIu64 "],\"images\":[%" PRIu64 ",%" PRIu64 "]}",
                      s->part[0].of_class[c], s->part[1].of_class[c], s->part[0].images_with[c],
                      s->part[1].images_with[c]);
    }
    ax_str_add(out, "]");
}

static void json_findings(ax_str *out, const ax_survey *s)
{
    const char *doc, *comma = "";
    bool stops;
    ax_str_add(out, ",\"findings\":[");
    for (int f = 0; f < AX_FINDINGS; f++) {
        const ax_survey_found *found = &s->found[f];
        const char *name = ax_finding_name(f, &stops, &doc);
        if (!found->n)
            continue;
        ax_str_printf(out, "%s{\"kind\":\"%s\",\"error\":%s,\"count\":%" PRIu64 ",\"first\":[", comma, name,
                      stops ? "true" : "false", found->n);
        for (int i = 0; i < found->shown; i++) {
            ax_str_add(out, i ? "," : "");
            ax_str_json(out, found->first[i].text);
        }
        ax_str_add(out, "]}");
        comma = ",";
    }
    ax_str_add(out, "]");
}

static void json_people(ax_str *out, const ax_survey *s)
{
    const ax_survey_people *p = s->people;
    ax_str_printf(out, ",\"pictures\":[%" PRIu64 ",%" PRIu64 "],\"points_outside\":%" PRIu64 ",\"key_points\":[",
                  p[0].pictures, p[1].pictures, p[0].outside + p[1].outside);
    for (int k = 0; k < s->info.task.outputs; k++) {
        ax_str_printf(out, "%s{\"name\":", k ? "," : "");
        ax_str_json(out, s->info.task.name[k]);
        ax_str_printf(out, ",\"persons\":[%" PRIu64 ",%" PRIu64 "]}", p[0].of_point[k], p[1].of_point[k]);
    }
    ax_str_add(out, "]");
}

void ax_data_check_json(const ax_survey *s)
{
    ax_str out;
    ax_str_init(&out, 0);
    ax_str_add(&out, "{\"data\":");
    ax_str_json(&out, s->info.spec);
    ax_str_printf(&out, ",\"good\":%s,\"all\":%s,\"stopped\":%s", ax_survey_bad(s) ? "false" : "true",
                  s->all ? "true" : "false", s->stopped ? "true" : "false");
    json_part(&out, "train", &s->part[AX_SPLIT_TRAIN]);
    json_part(&out, "val", &s->part[AX_SPLIT_VAL]);
    json_kinds(&out, "sizes", s->size, s->sizes);
    json_kinds(&out, "targets", s->target, s->targets);
    json_classes(&out, s);
    if (s->people_known)
        json_people(&out, s);
    if (s->depth.maps)
        ax_str_printf(&out, ",\"depth\":{\"least\":%.6g,\"median\":%.6g,\"most\":%.6g,\"missing\":%.6g}",
                      s->depth.least, s->depth.median, s->depth.most,
                      (double)s->depth.missing / (double)s->depth.pixels);
    json_findings(&out, s);
    ax_str_add(&out, "}\n");
    ax_out_text(out.text);
    ax_str_release(&out);
}
