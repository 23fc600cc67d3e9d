/* The cache and the trainer on generated scenes: small, but the real path from pictures to a reward. */
#include "data/open.h"
#include "engine/train/trainer_internal.h"
#include "engine/wire/maskfile.h"
#include "tests/helper/suite.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static ax_settings tiny(void)
{
    ax_settings s;
    ax_settings_preset(&s, "demo", NULL);
    ax_settings_set(&s, "train-samples", "9", NULL);
    ax_settings_set(&s, "val-samples", "5", NULL);
    ax_settings_set(&s, "crop", "64", NULL);
    ax_settings_set(&s, "val-crop", "64", NULL);
    ax_settings_set(&s, "batch", "4", NULL);
    ax_settings_set(&s, "epochs", "2", NULL);
    ax_settings_set(&s, "channels", "8", NULL);
    ax_settings_set(&s, "stages", "1", NULL);
    return s;
}

static ax_genotype genotype(void)
{
    ax_genotype g;
    assert_int_equal(ax_genotype_parse("[[5,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]", &g, NULL), AX_OK);
    return g;
}

static ax_source *scenes(void)
{
    ax_err err;
    ax_source *s = ax_source_open("scenes", "", &err);
    if (!s)
        fail_msg("%s", err.msg);
    return s;
}

static ax_trainer *trainer(const ax_settings *s, ax_source *source)
{
    ax_err err = { AX_OK, "" };
    ax_trainer *t = ax_trainer_new(s, source, NULL, NULL, NULL, &err);
    if (!t)
        fail_msg("%s", err.msg);
    return t;
}

static bool count_steps(void *context, const ax_train_progress *p)
{
    int *calls = context;
    assert_int_equal(p->step, ++*calls);
    assert_true(isfinite(p->loss) && p->epoch == (p->step - 1) / 2 && p->steps == 4);
    return true;
}

static bool stop_at_two(void *context, const ax_train_progress *p)
{
    (void)context;
    return p->step < 2;
}

TEST(the_same_job_gives_the_same_bits)
{
    ax_err err = { AX_OK, "" };
    ax_settings s = tiny();
    ax_source *source = scenes();
    ax_trainer *t = trainer(&s, source);
    ax_genotype g = genotype();
    ax_train_job job = ax_train_job_default(&s, &g, false);
    ax_outcome a, b, other;
    int calls = 0;
    assert_int_equal(ax_trainer_run(t, &job, count_steps, &calls, &a, &err), AX_OK);
    assert_int_equal(calls, 4); /* 9 crops in batches of 4: two steps in each of two epochs */
    assert_int_equal(ax_trainer_run(t, &job, NULL, NULL, &b, &err), AX_OK);
    assert_true(a.reward == b.reward && a.miou == b.miou && a.loss == b.loss);
    assert_true(a.reward > 0 && a.reward < 1 && a.params > 1800000 && a.macs > 0 && a.peak_bytes > 0);
    assert_true(fabs(a.reward - cbrt(a.miou * a.fwiou * a.accuracy)) < 1e-12);
    job.seed++;
    assert_int_equal(ax_trainer_run(t, &job, NULL, NULL, &other, &err), AX_OK);
    assert_true(other.loss != a.loss);
    ax_trainer_free(t);
    source->ops->close(source);
}

/* A source that counts its samples; whole images have two sizes. */
static const ax_source_ops *real;
static _Atomic int made;
static ax_code counting(ax_source *s, const ax_sample_spec *spec, uint64_t index, ax_sample *out, ax_err *err)
{
    ax_sample_spec sized = *spec;
    made++;
    if (!spec->h) {
        sized.h = index % 3 ? 32 : 64;
        sized.w = 64;
    }
    return real->sample(s, &sized, index, out, err);
}

static bool note_first(void *context, const ax_train_progress *p)
{
    if (p->step == 1)
        *(int *)context = made;
    return true;
}

/* If no other worker waits for the caches, the first step is done before all crops and any validation image are made;
   the bits are the same. Only the sizes of whole images are read before. */
TEST(the_first_epoch_begins_before_all_is_read)
{
    enum { CROPS = 64, VALIDATION = 5 };
    ax_err err = { AX_OK, "" };
    ax_outcome out[4];
    int first[4] = { 0 };
    ax_genotype g = genotype();
    for (int i = 0; i < 4; i++) {
        ax_settings s = tiny();
        ax_settings_set(&s, "train-samples", "64", NULL);
        ax_settings_set(&s, "latency", "0", NULL); /* measuring latency reads a sample, too */
        ax_settings_set(&s, "workers", i % 2 ? "2" : "1", NULL);
        ax_settings_set(&s, "val-crop", i < 2 ? "32" : "0", NULL);
        ax_source *source = scenes();
        real = source->ops;
        ax_source_ops ops = *real;
        ops.sample = counting;
        source->ops = &ops;
        made = 0;
        ax_trainer *t = trainer(&s, source);
        ax_train_job job = ax_train_job_default(&s, &g, false);
        assert_int_equal(ax_trainer_run(t, &job, note_first, &first[i], &out[i], &err), AX_OK);
        assert_int_equal(made, CROPS + (i == 2 ? 2 : 1) * VALIDATION);
        ax_trainer_free(t);
        real->close(source);
    }
    assert_true(first[0] < CROPS - VALIDATION && first[2] < CROPS);
    assert_true(first[1] == CROPS + VALIDATION && first[3] == CROPS + VALIDATION);
    for (int i = 0; i < 4; i += 2) {
        const ax_outcome *a = &out[i], *b = &out[i + 1];
        assert_true(a->reward == b->reward && a->loss == b->loss && a->peak_bytes == b->peak_bytes);
    }
    assert_true(out[0].reward != out[2].reward && out[0].peak_bytes != out[2].peak_bytes);
}

/* A latency is the encoder's, which is measured once, plus the decoder's. */
TEST(latencies_are_measured_when_asked_for)
{
    static const struct {
        const char *runs, *objective;
        bool measured;
    } how[] = { { "3", "reward", true }, { "0", "reward", false }, { "0", "latency", true } };
    ax_err err = { AX_OK, "" };
    ax_source *source = scenes();
    ax_genotype g = genotype();
    for (size_t i = 0; i < sizeof how / sizeof *how; i++) {
        ax_settings s = tiny();
        assert_int_equal(ax_settings_set(&s, "latency", how[i].runs, &err), AX_OK);
        assert_int_equal(ax_settings_set(&s, "objective", how[i].objective, &err), AX_OK);
        ax_settings_set(&s, "epochs", "1", &err);
        ax_trainer *t = trainer(&s, source);
        ax_train_job job = ax_train_job_default(&s, &g, false);
        ax_outcome a, b;
        assert_int_equal(ax_trainer_run(t, &job, NULL, NULL, &a, &err), AX_OK);
        double encoder = t->encoder_ms;
        assert_true(how[i].measured ? encoder > 0 && a.latency_ms > encoder : encoder == 0 && isnan(a.latency_ms));
        assert_int_equal(ax_trainer_run(t, &job, NULL, NULL, &b, &err), AX_OK);
        assert_true(t->encoder_ms == encoder && a.reward == b.reward);
        ax_trainer_free(t);
    }
    source->ops->close(source);
}

/* Run to run, in separate trainers: sums are split by the number of threads, not by the order in which threads
   finish. */
TEST(equal_threads_give_equal_bits)
{
    ax_genotype g = genotype();
    for (int threads = 1; threads <= 2; threads++) {
        ax_outcome o[2];
        for (int i = 0; i < 2; i++) {
            ax_err err = { AX_OK, "" };
            ax_settings s = tiny();
            ax_settings_set(&s, "device", "cpu", NULL);
            ax_settings_set(&s, "threads", threads == 1 ? "1" : "2", NULL);
            ax_source *source = scenes();
            ax_trainer *t = trainer(&s, source);
            ax_train_job job = ax_train_job_default(&s, &g, false);
            assert_int_equal(ax_trainer_run(t, &job, NULL, NULL, &o[i], &err), AX_OK);
            ax_trainer_free(t);
            source->ops->close(source);
        }
        assert_true(o[0].reward == o[1].reward && o[0].miou == o[1].miou && o[0].loss == o[1].loss);
        assert_true(o[0].loss > 0);
    }
}

/* ---- stage 2 ---- */

static ax_settings end_to_end(void)
{
    ax_settings s = tiny();
    ax_settings_set(&s, "epochs", "1", NULL);
    ax_settings_set(&s, "stages", "2", NULL);
    ax_settings_set(&s, "stage2-samples", "7", NULL);
    ax_settings_set(&s, "stage2-batch", "3", NULL);
    ax_settings_set(&s, "stage2-epochs", "2", NULL);
    ax_settings_set(&s, "stage2-crop", "46", NULL); /* 23, 12, 6, 3, 2: not powers of two, as with the paper's 350 */
    return s;
}

static bool count_both(void *context, const ax_train_progress *p)
{
    int *calls = context;
    bool first = ++*calls <= 2;
    assert_int_equal(p->stage, first ? 1 : 2);
    assert_int_equal(p->step, first ? *calls : *calls - 2);
    assert_int_equal(p->steps, first ? 2 : 4); /* 7 crops in batches of 3: two steps in each of two epochs */
    assert_true(isfinite(p->loss));
    return true;
}

static ax_train_verdict stage1_ends(void *context, const ax_outcome *out)
{
    (void)context;
    assert_true(out->stage == 1 && out->reward > 0);
    return AX_TRAIN_END;
}

static ax_train_verdict stage1_stops(void *context, const ax_outcome *out)
{
    (void)context;
    (void)out;
    return AX_TRAIN_STOP;
}

TEST(stage_2_follows_stage_1)
{
    ax_err err = { AX_OK, "" };
    ax_settings s = end_to_end();
    ax_source *source = scenes();
    ax_trainer *t = trainer(&s, source);
    ax_genotype g = genotype();
    ax_train_job job = ax_train_job_default(&s, &g, false);
    ax_outcome a, b, ended;
    int calls = 0;
    assert_int_equal(ax_trainer_run(t, &job, count_both, &calls, &a, &err), AX_OK);
    assert_int_equal(calls, 6);
    assert_true(a.stage == 2 && a.batch == 3 && a.reward > 0 && a.reward < 1);
    assert_int_equal(ax_trainer_run(t, &job, NULL, NULL, &b, &err), AX_OK);
    assert_true(a.reward == b.reward && a.loss == b.loss);
    job.gate = stage1_ends;
    assert_int_equal(ax_trainer_run(t, &job, NULL, NULL, &ended, &err), AX_OK);
    assert_true(ended.stage == 1 && ended.batch == 4 && ended.reward != a.reward);
    job.gate = NULL;
    job.stages = 1;
    assert_int_equal(ax_trainer_run(t, &job, NULL, NULL, &b, &err), AX_OK);
    assert_true(b.reward == ended.reward && b.loss == ended.loss);
    job.stages = 2;
    job.gate = stage1_stops;
    assert_int_equal(ax_trainer_run(t, &job, NULL, NULL, &b, &err), AX_ECANCEL);
    ax_trainer_free(t);
    source->ops->close(source);
}

static bool keep_loss(void *context, const ax_train_progress *p)
{
    double **next = context;
    *(*next)++ = p->loss;
    return true;
}

/* The whole of stage 2 (loader, encoder and decoder in training, two optimisers) against the reference backend. */
TEST(backends_agree_on_stage_2)
{
    double loss[2][6];
    ax_source *source = scenes();
    for (int i = 0; i < 2; i++) {
        ax_err err = { AX_OK, "" };
        ax_settings s = end_to_end();
        ax_settings_set(&s, "device", i ? "ref" : "cpu", NULL);
        ax_trainer *t = trainer(&s, source);
        ax_genotype g = genotype();
        ax_train_job job = ax_train_job_default(&s, &g, false);
        ax_outcome out;
        double *next = loss[i];
        if (ax_trainer_run(t, &job, keep_loss, &next, &out, &err) != AX_OK)
            fail_msg("%s", err.msg);
        ax_trainer_free(t);
    }
    source->ops->close(source);
    /* the first step from equal parameters; later ones drift, since batches of three are close to a batch norm's worst
       case */
    assert_true(fabs(loss[0][0] - loss[1][0]) < 1e-4 * loss[1][0]);
    assert_true(fabs(loss[0][2] - loss[1][2]) < 1e-2 * loss[1][2]);
    assert_true(fabs(loss[0][3] - loss[1][3]) < 2e-2 * loss[1][3]);
}

TEST(what_goes_wrong_is_typed)
{
    ax_err err = { AX_OK, "" };
    ax_settings s = tiny();
    ax_source *source = scenes();
    ax_genotype g = genotype();
    ax_trainer *t = trainer(&s, source);
    ax_train_job job = ax_train_job_default(&s, &g, false);
    ax_outcome untouched = { .reward = 7 };
    assert_int_equal(ax_trainer_run(t, &job, stop_at_two, NULL, &untouched, &err), AX_ECANCEL);
    assert_string_equal(err.msg, "stopped at step 2 of 4");
    assert_true(untouched.reward == 7);
    ax_trainer_free(t);

    s.lr = 1e38; /* more than a setting allows: the second step's sums overflow on every backend */
    ax_settings_set(&s, "clip", "0", NULL);
    t = trainer(&s, source);
    job = ax_train_job_default(&s, &g, false);
    assert_int_equal(ax_trainer_run(t, &job, NULL, NULL, &untouched, &err), AX_EFORMAT);
    assert_non_null(strstr(err.msg, "diverged"));
    assert_true(untouched.reward == 7);
    ax_trainer_free(t);

    s = tiny();
    ax_settings_set(&s, "leave-out", "unicorn", NULL);
    assert_null(ax_trainer_new(&s, source, NULL, NULL, NULL, &err));
    assert_int_equal(err.code, AX_EINVAL);
    assert_non_null(strstr(err.msg, "unicorn"));
    source->ops->close(source);
}

static int files_in(const char *dir, const char *end, char *name, size_t cap)
{
    DIR *d = opendir(dir);
    int n = 0;
    for (struct dirent *e; (e = readdir(d));) {
        size_t length = strlen(e->d_name), tail = strlen(end);
        if (length < tail || strcmp(e->d_name + length - tail, end))
            continue;
        n++;
        snprintf(name, cap, "%s/%s", dir, e->d_name);
    }
    closedir(d);
    return n;
}

static void count_fill(void *context, size_t done, size_t all)
{
    (void)done;
    (void)all;
    ++*(int *)context;
}

TEST(a_cache_is_filled_once_and_mended)
{
    char dir[] = "/tmp/ax-cache-XXXXXX", first[512], name[512];
    ax_err err = { AX_OK, "" };
    assert_non_null(mkdtemp(dir));
    ax_settings s = tiny();
    ax_source *source = scenes();
    int fills = 0;
    ax_settings_set(&s, "workers", "2", NULL); /* then the caches are filled before the first epoch */
    ax_trainer_free(ax_trainer_new(&s, source, dir, count_fill, &fills, &err));
    assert_int_equal(fills, 9 + 5);
    assert_int_equal(files_in(dir, ".cache", first, sizeof first), 2);
    ax_trainer_free(ax_trainer_new(&s, source, dir, count_fill, &fills, &err));
    assert_int_equal(fills, 9 + 5);

    struct stat st;
    assert_int_equal(stat(first, &st), 0);
    assert_int_equal(truncate(first, st.st_size / 2), 0); /* as after a crash of the machine */
    ax_trainer_free(ax_trainer_new(&s, source, dir, count_fill, &fills, &err));
    assert_true(fills == 9 + 5 + 9 || fills == 9 + 5 + 5);
    struct stat again;
    assert_int_equal(stat(first, &again), 0);
    assert_int_equal(again.st_size, st.st_size);

    ax_settings_set(&s, "seed", "2", NULL); /* other crops: another file */
    ax_trainer_free(ax_trainer_new(&s, source, dir, NULL, NULL, &err));
    assert_true(files_in(dir, ".cache", name, sizeof name) > 2);
    assert_int_equal(files_in(dir, ".tmp", name, sizeof name), 0);
    source->ops->close(source);
    char command[600];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    assert_int_equal(system(command), 0);
}

TEST(masks_are_kept_for_a_person)
{
    char dir[] = "/tmp/ax-masks-XXXXXX", path[64];
    ax_err err = { AX_OK, "" };
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/3.mpk", dir);
    ax_settings s = tiny();
    ax_source *source = scenes();
    ax_genotype g = genotype();
    ax_trainer *t = trainer(&s, source);
    ax_train_job job = ax_train_job_default(&s, &g, false);
    job.masks_path = path;
    ax_outcome out;
    assert_int_equal(ax_trainer_run(t, &job, NULL, NULL, &out, &err), AX_OK);
    ax_maskfile m = { 0 };
    int fd = open(dir, O_RDONLY | O_DIRECTORY);
    assert_int_equal(ax_maskfile_read(fd, "validation.mpk", &m, &err), AX_OK);
    assert_int_equal(ax_maskfile_read(fd, "3.mpk", &m, &err), AX_OK);
    assert_int_equal(m.images, AX_MASK_IMAGES);
    assert_int_equal(m.h, 64);
    assert_non_null(m.rgb[3]);
    for (int i = 0; i < 64 * 64; i++)
        assert_true(m.predicted[0][i] < m.classes);
    ax_maskfile_release(&m);
    unlinkat(fd, "validation.mpk", 0);
    unlinkat(fd, "3.mpk", 0);
    close(fd);
    rmdir(dir);
    ax_trainer_free(t);
    source->ops->close(source);
}

int main(void)
{
    return RUN_TESTS(the_same_job_gives_the_same_bits, the_first_epoch_begins_before_all_is_read,
                     equal_threads_give_equal_bits, what_goes_wrong_is_typed, stage_2_follows_stage_1,
                     backends_agree_on_stage_2, a_cache_is_filled_once_and_mended, masks_are_kept_for_a_person,
                     latencies_are_measured_when_asked_for);
}
