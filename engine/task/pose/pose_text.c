#include "engine/task/pose/pose_text.h"

#include "engine/task/pose/pose_score.h"
#include "engine/task/pose/pose_spec.h"

#include <inttypes.h>
#include <math.h>

typedef struct named {
    const char *name; /* in text */
    const char *key;  /* in JSON */
    double value;     /* NAN = not known */
} named;

enum { GROUPS = 9, NUMBERS = 10 };

static void pckh_of(const ax_pose_details *d, named out[static GROUPS])
{
    const ax_pckh p = ax_pckh_of(&d->by_head);
    const named all[GROUPS] = {
        { "head", "head", p.head },
        { "shoulder", "shoulder", p.shoulder },
        { "elbow", "elbow", p.elbow },
        { "wrist", "wrist", p.wrist },
        { "hip", "hip", p.hip },
        { "knee", "knee", p.knee },
        { "ankle", "ankle", p.ankle },
        { "mean", "mean", p.mean },
        { "mean@.11", "mean_at_0.11", p.mean_at_011 },
    };
    for (int i = 0; i < GROUPS; i++)
        out[i] = all[i];
}

/* COCO's -1 (no such truth) becomes NAN. */
static double known(double v)
{
    return v < 0 ? NAN : v;
}

static void numbers_of(const ax_oks_figures *f, named out[static NUMBERS])
{
    const named all[NUMBERS] = {
        { "AP", "AP", f->ap },          { "AP50", "AP50", f->ap50 },   { "AP75", "AP75", f->ap75 },
        { "APm", "APm", f->ap_medium }, { "APl", "APl", f->ap_large }, { "AR", "AR", f->ar },
        { "AR50", "AR50", f->ar50 },    { "AR75", "AR75", f->ar75 },   { "ARm", "ARm", f->ar_medium },
        { "ARl", "ARl", f->ar_large },
    };
    for (int i = 0; i < NUMBERS; i++) {
        out[i] = all[i];
        out[i].value = known(out[i].value);
    }
}

static double share(const ax_pck *p, int k)
{
    return p->present[k] ? (double)p->right[k] / (double)p->present[k] : NAN;
}

static bool any(const ax_pck *p, int n)
{
    bool found = false;
    for (int k = 0; k < n; k++)
        found = found || p->present[k];
    return found;
}

static void figure(double v, int digits, ax_str *out)
{
    if (isnan(v))
        ax_str_printf(out, " %8s", "-");
    else
        ax_str_printf(out, " %8.*f", digits, v);
}

static void line(const char *title, const named *all, int n, int digits, ax_str *out)
{
    ax_str_printf(out, "\n  %-10s", title);
    for (int i = 0; i < n; i++)
        figure(all[i].value, digits, out);
}

/* Prints names, scores of the predictions, and scores of the mean pose. */
static void three_lines(const char *title, const named *all, const named *of_mean, int n, int digits, ax_str *out)
{
    ax_str_printf(out, "\n  %-10s", title);
    for (int i = 0; i < n; i++)
        ax_str_printf(out, " %8s", all[i].name);
    line("", all, n, digits, out);
    line("mean pose", of_mean, n, digits, out);
    ax_str_add(out, "\n");
}

/* indices: the predictions, the mean pose */
enum { FOUND, MEAN, JUDGED };
static bool details_of(const void *score, ax_pose_details d[static JUDGED])
{
    return ax_pose_score_details(score, false, &d[FOUND], NULL) == AX_OK &&
           ax_pose_score_details(score, true, &d[MEAN], NULL) == AX_OK;
}

void ax_pose_text(const void *score, const ax_task_spec *spec, bool unicode, ax_str *out)
{
    ax_pose_details d[JUDGED];
    named pckh[JUDGED][GROUPS], number[JUDGED][NUMBERS];
    (void)unicode;
    if (!details_of(score, d))
        return;
    if (!isnan(d[MEAN].similarity))
        ax_str_printf(out, "  %-10s %.4f   is its reward\n", "mean pose", d[MEAN].similarity);
    if (any(&d[FOUND].by_neck, spec->outputs)) {
        ax_str_printf(out, "\n  %-20s %8s %9s %8s\n", "key point", "PCK", "mean pose", "labelled");
        for (int k = 0; k < spec->outputs; k++) {
            ax_str_printf(out, "  %-20.31s", spec->name[k]);
            figure(share(&d[FOUND].by_neck, k), 4, out);
            ax_str_add(out, " ");
            figure(share(&d[MEAN].by_neck, k), 4, out);
            ax_str_printf(out, " %8" PRIu64 "\n", d[FOUND].by_neck.present[k]);
        }
    }
    for (int i = 0; i < JUDGED; i++) {
        pckh_of(&d[i], pckh[i]);
        numbers_of(&d[i].oks, number[i]);
    }
    if (ax_pose_skeleton_of(spec) == &ax_skeleton_mpii && any(&d[FOUND].by_head, spec->outputs))
        three_lines("PCKh@0.5", pckh[FOUND], pckh[MEAN], GROUPS, 2, out);
    if (d[FOUND].has_oks)
        three_lines("OKS", number[FOUND], number[MEAN], NUMBERS, 4, out);
}

static void members(const named *all, int n, ax_str *out)
{
    for (int i = 0; i < n; i++) {
        ax_str_printf(out, "%s\"%s\":", i ? "," : "", all[i].key);
        ax_str_printf(out, isnan(all[i].value) ? "null" : "%.9f", all[i].value);
    }
}

void ax_pose_details_json(const void *score, const ax_task_spec *spec, ax_str *out)
{
    static const char *const suffix[JUDGED] = { [FOUND] = "", [MEAN] = "_of_mean_pose" };
    ax_pose_details d[JUDGED];
    if (!details_of(score, d))
        return;
    ax_str_add(out, ",\"reward_of_mean_pose\":");
    ax_str_printf(out, isnan(d[MEAN].similarity) ? "null" : "%.6f", d[MEAN].similarity);
    ax_str_add(out, ",\"keypoints\":[");
    for (int k = 0; k < spec->outputs; k++) {
        const named both[] = { { "", "pck", share(&d[FOUND].by_neck, k) },
                               { "", "pck_of_mean_pose", share(&d[MEAN].by_neck, k) } };
        ax_str_printf(out, "%s{\"name\":\"%s\",", k ? "," : "", spec->name[k]);
        members(both, 2, out);
        ax_str_printf(out, ",\"labelled\":%" PRIu64 "}", d[FOUND].by_neck.present[k]);
    }
    ax_str_add(out, "]");
    for (int i = 0; i < JUDGED; i++) {
        named pckh[GROUPS], number[NUMBERS];
        ax_str_printf(out, ",\"pckh_percent%s\":{", suffix[i]);
        pckh_of(&d[i], pckh);
        if (ax_pose_skeleton_of(spec) == &ax_skeleton_mpii)
            members(pckh, GROUPS, out);
        ax_str_printf(out, "},\"oks%s\":{", suffix[i]);
        numbers_of(&d[i].oks, number);
        if (d[i].has_oks)
            members(number, NUMBERS, out);
        ax_str_add(out, "}");
    }
}

void ax_pose_csv(const void *score, const ax_task_spec *spec, ax_str *out)
{
    ax_pose_details d[JUDGED];
    ax_str_add(out, "keypoint,labelled,right,pck,pck_of_mean_pose\n");
    if (!details_of(score, d))
        return;
    for (int k = 0; k < spec->outputs; k++) {
        ax_str_csv(out, spec->name[k]);
        ax_str_printf(out, ",%" PRIu64 ",%" PRIu64, d[FOUND].by_neck.present[k], d[FOUND].by_neck.right[k]);
        for (int i = 0; i < JUDGED; i++) {
            double v = share(&d[i].by_neck, k);
            ax_str_add(out, ",");
            if (!isnan(v))
                ax_str_printf(out, "%.6f", v);
        }
        ax_str_add(out, "\n");
    }
}
