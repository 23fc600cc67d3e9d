/* Rules for every task: its table is complete, the metadata of its models can be read back, and a small training on
   generated scenes gives a reward, the same each time. */
#include "data/open.h"
#include "engine/model/modelfile.h"
#include "engine/train/trainer_internal.h"
#include "engine/wire/maskfile.h"
#include "tests/helper/suite.h"
#include "tests/helper/taskmeta.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ax_source *open_scenes(int id)
{
    ax_err err;
    ax_source *s = ax_source_open("scenes:20,8", ax_task_name((ax_task_id)id), &err);
    if (!s)
        fail_msg("%s", err.msg);
    return s;
}

static ax_settings tiny(int id)
{
    ax_settings s;
    ax_settings_preset(&s, "demo", NULL);
    static const char *const set[][2] = { { "train-samples", "9" }, { "val-samples", "5" },    { "crop", "64" },
                                          { "val-crop", "64" },     { "batch", "4" },          { "epochs", "2" },
                                          { "channels", "8" },      { "stage2-samples", "4" }, { "stage2-batch", "2" },
                                          { "stage2-crop", "64" } };
    for (size_t i = 0; i < sizeof set / sizeof *set; i++)
        assert_int_equal(ax_settings_set(&s, set[i][0], set[i][1], NULL), AX_OK);
    assert_int_equal(ax_settings_set(&s, "task", ax_task_name((ax_task_id)id), NULL), AX_OK);
    return s;
}

TEST(its_table_is_whole)
{
    for (int id = 0; id < AX_TASKS; id++) {
        const ax_task *t = ax_task_of((ax_task_id)id);
        assert_int_equal(t->id, id);
        assert_ptr_equal(ax_task_find(ax_task_name((ax_task_id)id), NULL), t);
        assert_true(t->configure && t->truth_bytes && t->cut && t->target_type && t->fill_target && t->loss);
        assert_true(t->predict && t->score_new && t->score_add && t->score_take && t->score_free);
        assert_true(t->legend && t->draw && t->write && t->describe && t->parse);
        assert_true(ax_task_targets(t) > 0 && t->file[0].key);
        assert_true(ax_outcome_headline(&ax_outcome_none, (ax_task_id)id) < AX_METRIC_COUNT);
    }
    ax_err err = { AX_OK, "" };
    assert_null(ax_task_find("dreaming", &err));
    assert_non_null(strstr(err.msg, "task 'dreaming': not one of segmentation"));
    assert_int_equal(ax_task_find("", NULL)->id, 0);
}

/* ---- metadata ---- */

TEST(what_it_says_of_itself_is_read_back)
{
    for (int id = 0; id < AX_TASKS; id++) {
        ax_err err = { AX_OK, "" };
        ax_source *source = open_scenes(id);
        ax_settings s = tiny(id);
        ax_task_spec *spec = &source->info.task, *back = calloc(1, sizeof *back);
        taskmeta *said = calloc(1, sizeof *said), *again = calloc(1, sizeof *again);
        assert_true(back && said && again);
        assert_int_equal(spec->task->configure(spec, &s, "scenes", &err), AX_OK);
        spec->task->describe(spec, taskmeta_say, said);
        back->task = spec->task;
        if (spec->task->parse(back, taskmeta_get, said, "m", &err) != AX_OK)
            fail_msg("%s", err.msg);
        assert_int_equal(back->outputs, spec->outputs);
        back->task->describe(back, taskmeta_say, again);
        assert_memory_equal(again, said, sizeof *said);
        /* a model with a missing or invalid entry is refused, or read consistently */
        for (int i = 0; i < said->n; i++) {
            said->key[i][0] ^= 1;
            ax_task_spec *other = calloc(1, sizeof *other);
            assert_non_null(other);
            other->task = spec->task;
            err = (ax_err) { AX_OK, "" };
            if (spec->task->parse(other, taskmeta_get, said, "m", &err) != AX_OK)
                assert_true(err.code == AX_EFORMAT && !strncmp(err.msg, "m: ", 3));
            free(other);
            said->key[i][0] ^= 1;
        }
        source->ops->close(source);
        free(back);
        free(said);
        free(again);
    }
}

/* ---- training ---- */

static void check_model(const char *path, int id, const ax_outcome *out)
{
    ax_err err = { AX_OK, "" };
    ax_safetensors *st = ax_safetensors_open(path, &err);
    ax_model_info *info = calloc(1, sizeof *info);
    assert_true(st && info);
    assert_int_equal(ax_model_read_info(st, path, info, &err), AX_OK);
    assert_int_equal(info->task.task->id, id);
    assert_true(fabs(info->outcome.reward - out->reward) < 1e-6);
    ax_safetensors_free(st);
    free(info);
}

TEST(a_candidate_comes_to_a_reward)
{
    for (int id = 0; id < AX_TASKS; id++) {
        char dir[] = "/tmp/ax-task-XXXXXX", masks[64], model[64], truth[64];
        ax_err err = { AX_OK, "" };
        ax_source *source = open_scenes(id);
        ax_settings s = tiny(id);
        ax_genotype g;
        ax_outcome a, b;
        assert_int_equal(ax_genotype_parse("[[5,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]", &g, NULL), AX_OK);
        assert_non_null(mkdtemp(dir));
        snprintf(masks, sizeof masks, "%s/1.mpk", dir);
        snprintf(truth, sizeof truth, "%s/validation.mpk", dir);
        snprintf(model, sizeof model, "%s/m.safetensors", dir);
        ax_trainer *t = ax_trainer_new(&s, source, NULL, NULL, NULL, &err);
        if (!t)
            fail_msg("%s: %s", ax_task_name((ax_task_id)id), err.msg);
        ax_train_job job = ax_train_job_default(&s, &g, false);
        job.masks_path = masks;
        job.model_path = model;
        if (ax_trainer_run(t, &job, NULL, NULL, &a, &err) != AX_OK)
            fail_msg("%s: %s", ax_task_name((ax_task_id)id), err.msg);
        assert_true(a.reward >= 0 && a.reward <= 1 && isfinite(a.loss) && a.stage == 2);
        for (int m = 0; m < AX_METRIC_COUNT; m++) /* no metric of another task */
            assert_true(ax_metric_is_of((ax_metric)m, (ax_task_id)id) || isnan(ax_outcome_figure(&a, (ax_metric)m)));
        check_model(model, id, &a);
        ax_maskfile pictures = { 0 };
        assert_int_equal(ax_maskfile_read(AT_FDCWD, truth, &pictures, &err), AX_OK);
        assert_int_equal(ax_maskfile_read(AT_FDCWD, masks, &pictures, &err), AX_OK);
        assert_true(pictures.images > 0 && pictures.rgb[0] && pictures.truth[0] && pictures.predicted[0]);
        ax_maskfile_release(&pictures);
        job.masks_path = job.model_path = NULL;
        assert_int_equal(ax_trainer_run(t, &job, NULL, NULL, &b, &err), AX_OK);
        assert_true(a.reward == b.reward && a.loss == b.loss);
        ax_trainer_free(t);
        source->ops->close(source);
        unlink(masks);
        unlink(truth);
        unlink(model);
        rmdir(dir);
    }
}

int main(void)
{
    return RUN_TESTS(its_table_is_whole, what_it_says_of_itself_is_read_back, a_candidate_comes_to_a_reward);
}
