/* The teacher: its logits are those of the crop, its term of the loss has the value worked out by hand, and errors are
   reported. */
#include "tests/helper/classmap.h"
#include "tests/helper/suite.h"
#include "engine/train/teacher.h"

#include "data/open.h"
#include "engine/model/safetensors.h"
#include "engine/train/inflight.h"
#include "engine/task/segmentation/labels.h"
#include "engine/train/trainer.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { IMAGES = 3, PATH = 256 };

typedef struct bench {
    char dir[64];
    ax_source *source;
    int32_t h, w, classes; /* size of the images */
} bench;

static int set_up(void **state)
{
    ax_err err = { AX_OK, "" };
    bench *b = calloc(1, sizeof *b);
    snprintf(b->dir, sizeof b->dir, "/tmp/ax-teacher-XXXXXX");
    assert_non_null(mkdtemp(b->dir));
    assert_non_null(b->source = ax_source_open("scenes:3,3", "", &err));
    uint8_t *rgb;
    assert_int_equal(b->source->ops->picture(b->source, AX_SPLIT_TRAIN, 0, &rgb, &b->h, &b->w, &err), AX_OK);
    free(rgb);
    b->classes = b->source->info.task.outputs;
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    bench *b = *state;
    char command[PATH];
    b->source->ops->close(b->source);
    snprintf(command, sizeof command, "rm -rf %s", b->dir);
    free(b);
    return system(command);
}

/* Writes logits {classes,h,w} of an image as .npy or .safetensors. */
static void write_logits(const char *dir, int image, const char *ending, int classes, int h, int w, const float *value)
{
    char path[PATH];
    ax_err err;
    size_t n = (size_t)classes * (size_t)h * (size_t)w;
    snprintf(path, sizeof path, "%s/train-%d.%s", dir, image, ending);
    if (!strcmp(ending, "safetensors")) {
        const ax_st_tensor t = { .name = "logits",
                                 .dtype = AX_ST_F32,
                                 .n_dim = 4,
                                 .dim = { 1, classes, h, w },
                                 .data = value,
                                 .bytes = n * sizeof *value,
                                 .elements = n };
        assert_int_equal(ax_safetensors_write(AT_FDCWD, path, &t, 1, NULL, 0, &err), AX_OK);
        return;
    }
    char header[128];
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    int len = snprintf(header, sizeof header, "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d, %d), }",
                       classes, h, w);
    fwrite("\x93NUMPY\1\0", 1, 8, f);
    fputc(len, f);
    fputc(0, f);
    fputs(header, f);
    assert_int_equal(fwrite(value, sizeof *value, n, f), n);
    fclose(f);
}

/* A folder of logits with the same number for every class, position and image. */
static char *constant_folder(const bench *b, const char *name, float number, char path[PATH])
{
    int h = b->h / 8, w = b->w / 8;
    size_t n = (size_t)b->classes * (size_t)h * (size_t)w;
    float *value = malloc(n * sizeof *value);
    for (size_t i = 0; i < n; i++)
        value[i] = number;
    snprintf(path, PATH, "%s/%s", b->dir, name);
    assert_int_equal(mkdir(path, 0700), 0);
    for (int i = 0; i < IMAGES; i++)
        write_logits(path, i, "npy", b->classes, h, w, value);
    free(value);
    return path;
}

/* Writes the label map of a whole image as logits: 1 for its class, else 0. */
static void write_truth(const bench *b, int image, const char *ending)
{
    ax_err err;
    ax_sample s = { 0 };
    const ax_sample_spec spec = { .split = AX_SPLIT_TRAIN, .scale_min = 1, .scale_max = 1 };
    assert_int_equal(b->source->ops->sample(b->source, &spec, (uint64_t)image, &s, &err), AX_OK);
    assert_true(s.h == b->h && s.w == b->w);
    size_t pixels = (size_t)s.h * (size_t)s.w;
    float *value = calloc((size_t)b->classes * pixels, sizeof *value);
    for (size_t i = 0; i < pixels; i++)
        if (CLASS_MAP(s)[i] < b->classes)
            value[CLASS_MAP(s)[i] * pixels + i] = 1;
    write_logits(b->dir, image, ending, b->classes, s.h, s.w, value);
    free(value);
    ax_sample_release(&s);
}

/* With the ground truth as teacher, its logits agree with the labels of every crop, mirrored and scaled ones included.
   The centre of a cell lies between four pixels, and its label is that of one of them: where labels differ, that label
   still has a quarter. */
static void logits_lie_where_the_crop_does(void **state)
{
    bench *b = *state;
    ax_err err = { AX_OK, "" };
    for (int i = 0; i < IMAGES; i++)
        write_truth(b, i, i == 1 ? "safetensors" : "npy");
    ax_teacher *t = ax_teacher_open(b->dir, b->source, NULL, NULL, &err);
    if (!t)
        fail_msg("%s", err.msg);
    ax_sample_spec spec = { .split = AX_SPLIT_TRAIN, .h = 64, .w = 64, .scale_min = 1, .scale_max = 1, .seed = 5 };
    spec.mirror = spec.random_crop = true;
    float *logits = malloc(16 * 16 * (size_t)b->classes * sizeof *logits);
    uint8_t labels[16 * 16];
    int mirrored = 0, sure = 0, cells = 0;
    for (uint64_t k = 0; k < 24; k++) {
        spec.scale_max = k < 12 ? 1 : 1.4f; /* scaled: cells and pixels aren't aligned, but mostly agree */
        ax_sample s = { 0 };
        assert_int_equal(b->source->ops->sample(b->source, &spec, k, &s, &err), AX_OK);
        assert_int_equal(ax_teacher_logits(t, &s, logits, &err), AX_OK);
        ax_labels_shrink(CLASS_MAP(s), s.h, s.w, labels, 16, 16);
        mirrored += s.x.step < 0;
        for (int i = 0; i < 16 * 16; i++) {
            if (labels[i] == 255)
                continue;
            float own = logits[i * b->classes + labels[i]];
            assert_true(k >= 12 || own >= 0.25f);
            cells++;
            sure += own > 0.5f;
        }
        ax_sample_release(&s);
    }
    assert_true(mirrored > 4 && mirrored < 20);
    assert_true(sure > 0.9 * cells);
    free(logits);
    ax_teacher_free(t);
}

/* Logits that are a linear function of the position stay linear, whatever their stride: x + 10 y at the centre of each
   stored cell. */
static void interpolation_is_exact_where_logits_are_linear(void **state)
{
    bench *b = *state;
    ax_err err = { AX_OK, "" };
    for (int stride = 1; stride <= 8; stride *= 2) {
        int h = b->h / stride, w = b->w / stride;
        float *value = malloc((size_t)b->classes * (size_t)h * (size_t)w * sizeof *value);
        for (int i = 0; i < b->classes * h * w; i++)
            value[i] = (float)stride * (((float)(i % w) + 0.5f) + 10 * ((float)(i / w % h) + 0.5f));
        write_logits(b->dir, 0, "npy", b->classes, h, w, value);
        free(value);
        ax_teacher *t = ax_teacher_open(b->dir, b->source, NULL, NULL, &err);
        assert_non_null(t);
        /* 32 x 32 pixels starting at (16, 24), at half size, mirrored: x falls by 2 per pixel */
        const ax_sample s = { .h = 32, .w = 32, .y = { b->h, 16, 2 }, .x = { b->w, 24 + 64, -2 } };
        float *logits = malloc(64 * (size_t)b->classes * sizeof *logits);
        assert_int_equal(ax_teacher_logits(t, &s, logits, &err), AX_OK);
        for (int i = 0; i < 8; i++)
            for (int j = 0; j < 8; j++) {
                float x = (float)(88 - 2 * (4 * j + 2)), y = (float)(16 + 2 * (4 * i + 2));
                assert_true(fabsf(logits[(8 * i + j) * b->classes] - (x + 10 * y)) < 1e-2f);
            }
        free(logits);
        ax_teacher_free(t);
    }
}

/* ---- in training ---- */

static ax_settings tiny(const char *teacher)
{
    ax_settings s;
    static const char *const small[][2] = {
        { "data", "scenes:3,3" }, { "train-samples", "6" }, { "val-samples", "2" }, { "crop", "32" },
        { "val-crop", "32" },     { "batch", "3" },         { "epochs", "2" },      { "channels", "8" },
        { "stages", "1" },        { "device", "cpu" },      { "threads", "1" },
    };
    ax_settings_preset(&s, "demo", NULL);
    for (size_t i = 0; i < sizeof small / sizeof *small; i++)
        assert_int_equal(ax_settings_set(&s, small[i][0], small[i][1], NULL), AX_OK);
    assert_int_equal(ax_settings_set(&s, "teacher", teacher, NULL), AX_OK);
    return s;
}

static ax_genotype genotype(void)
{
    ax_genotype g;
    assert_int_equal(ax_genotype_parse("[[5,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]", &g, NULL), AX_OK);
    return g;
}

typedef struct watched {
    double first;     /* loss of the first step */
    int32_t from, to; /* first and last step seen */
    int32_t stop_at;
} watched;

static bool watch(void *context, const ax_train_progress *p)
{
    watched *w = context;
    if (!w->from) {
        w->first = p->loss;
        w->from = p->step;
    }
    w->to = p->step;
    return p->step != w->stop_at;
}

static ax_outcome run(const bench *b, const ax_settings *s, const char *model, const char *cache, watched *w)
{
    ax_err err = { AX_OK, "" };
    ax_genotype g = genotype();
    ax_trainer *t = ax_trainer_new(s, b->source, cache, NULL, NULL, &err);
    if (!t)
        fail_msg("%s", err.msg);
    ax_train_job job = ax_train_job_default(s, &g, false);
    job.model_path = model;
    ax_outcome out = ax_outcome_none;
    if (ax_trainer_run(t, &job, watch, w, &out, &err) != AX_OK)
        fail_msg("%s", err.msg);
    ax_trainer_free(t);
    return out;
}

/* loss(c) = CE + aux + k mean((x - c)^2) for a teacher whose logits are all c, so loss(2) - 2 loss(1) + loss(0) = 2 k,
   whatever the student's logits x. */
static void its_term_of_the_loss(void **state)
{
    bench *b = *state;
    double loss[3], without, k = 0.3;
    char path[PATH], name[16];
    for (int c = 0; c < 3; c++) {
        snprintf(name, sizeof name, "c%d", c);
        ax_settings s = tiny(constant_folder(b, name, (float)c, path));
        watched w = { 0 };
        run(b, &s, NULL, NULL, &w);
        loss[c] = w.first;
    }
    assert_true(fabs(loss[2] - 2 * loss[1] + loss[0] - 2 * k) < 1e-5);
    ax_settings s = tiny(path);
    watched w = { 0 };
    ax_settings_set(&s, "kd-weight", "0.6", NULL);
    run(b, &s, NULL, NULL, &w);
    double doubled = w.first;
    w = (watched) { 0 };
    ax_settings_set(&s, ax_settings_off("--no-kd"), "0", NULL);
    run(b, &s, NULL, NULL, &w);
    without = w.first;
    assert_true(without < loss[0] && fabs(doubled - without - 2 * (loss[2] - without)) < 1e-5);
}

static int caches_in(const char *dir)
{
    DIR *d = opendir(dir);
    int n = 0;
    for (struct dirent *e; (e = readdir(d));)
        n += strstr(e->d_name, ".cache") && !strstr(e->d_name, ".lock");
    closedir(d);
    return n;
}

static void another_teacher_another_cache(void **state)
{
    bench *b = *state;
    char model[PATH], other[PATH], folder[PATH], cache[PATH];
    snprintf(model, sizeof model, "%s/a.safetensors", b->dir);
    snprintf(other, sizeof other, "%s/b.safetensors", b->dir);
    snprintf(cache, sizeof cache, "%s/cache", b->dir);
    assert_int_equal(mkdir(cache, 0700), 0);
    ax_settings s = tiny("");
    watched w = { 0 };
    run(b, &s, model, cache, &w);
    assert_int_equal(caches_in(cache), 2);
    double alone = w.first;
    ax_settings_set(&s, "lr", "0.001", NULL);
    run(b, &s, other, cache, &w);
    assert_int_equal(caches_in(cache), 2);
    double taught[3];
    const char *const teacher[] = { model, other, constant_folder(b, "c", 1, folder) };
    for (int i = 0; i < 3; i++) {
        s = tiny(teacher[i]);
        w = (watched) { 0 };
        run(b, &s, NULL, cache, &w);
        assert_int_equal(caches_in(cache), 3 + i);
        taught[i] = w.first;
        w = (watched) { 0 };
        run(b, &s, NULL, cache, &w); /* now from the cache */
        assert_int_equal(caches_in(cache), 3 + i);
        assert_true(w.first == taught[i] && taught[i] > alone);
    }
    assert_true(taught[0] != taught[1] && taught[1] != taught[2]);
    /* a folder with changed files is another teacher */
    constant_folder(b, "d", 2, other);
    char from[2 * PATH], to[2 * PATH];
    snprintf(from, sizeof from, "%s/train-1.npy", other);
    snprintf(to, sizeof to, "%s/train-1.npy", folder);
    assert_int_equal(rename(from, to), 0);
    run(b, &s, NULL, cache, &w);
    assert_int_equal(caches_in(cache), 6);
}

/* Half of a training with a teacher is resumed bit for bit; with another teacher of the same name it starts again. */
static void resume_knows_its_teacher(void **state)
{
    bench *b = *state;
    char folder[PATH], aside[PATH], file[PATH];
    ax_err err = { AX_OK, "" };
    ax_settings s = tiny(constant_folder(b, "t", 1, folder));
    watched w = { 0 };
    ax_outcome whole = run(b, &s, NULL, NULL, &w), out;
    ax_genotype g = genotype();
    ax_train_job job = ax_train_job_default(&s, &g, false);
    snprintf(file, sizeof file, "%s/state", b->dir);
    job.state_path = file;
    for (int round = 0; round < 2; round++) {
        ax_trainer *t = ax_trainer_new(&s, b->source, NULL, NULL, NULL, &err);
        w = (watched) { .stop_at = 3 };
        assert_int_equal(ax_trainer_run(t, &job, watch, &w, &out, &err), AX_ECANCEL);
        ax_trainer_free(t);
        if (round) {
            snprintf(aside, sizeof aside, "%s/old", b->dir);
            assert_int_equal(rename(folder, aside), 0);
            constant_folder(b, "t", 2, folder);
        }
        t = ax_trainer_new(&s, b->source, NULL, NULL, NULL, &err);
        w = (watched) { 0 };
        assert_int_equal(ax_trainer_run(t, &job, watch, &w, &out, &err), AX_OK);
        ax_trainer_free(t);
        assert_int_equal(w.from, round ? 1 : 4);
        assert_true((out.reward == whole.reward && out.loss == whole.loss) == !round);
        unlink(file);
    }
}

/* ---- invalid folders ---- */

static void refuse(const bench *b, const char *path, ax_code code, const char *says)
{
    ax_err err = { AX_OK, "" };
    ax_settings s = tiny(path);
    ax_trainer *t = ax_trainer_new(&s, b->source, NULL, NULL, NULL, &err);
    assert_null(t);
    if (err.code != code || !strstr(err.msg, path) || !strstr(err.msg, says))
        fail_msg("code %d, '%s' instead of '%s'", (int)err.code, err.msg, says);
}

static void wrong_teachers_are_named(void **state)
{
    bench *b = *state;
    char path[PATH], file[PATH + 32];
    snprintf(path, sizeof path, "%s/none", b->dir);
    refuse(b, path, AX_EDATA, "No such file");
    snprintf(path, sizeof path, "%s/empty", b->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    refuse(b, path, AX_EDATA, "holds no .npy");
    float *value = calloc((size_t)(b->classes + 1) * (size_t)b->h * (size_t)b->w, sizeof *value);
    write_logits(path, 1, "npy", b->classes, b->h / 4, b->w / 4, value);
    refuse(b, path, AX_EDATA, "no logits for the image 'train-0'");
    write_logits(path, 0, "npy", b->classes + 1, b->h / 4, b->w / 4, value);
    refuse(b, path, AX_EDATA, "outputs; the data asks for");
    write_logits(path, 0, "npy", b->classes, b->h / 4, b->w / 4 - 1, value);
    refuse(b, path, AX_EDATA, "logits for an image of");
    write_logits(path, 0, "npy", b->classes, b->h / 4, b->w / 4, value);
    snprintf(file, sizeof file, "%s/train-0.npy", path);
    assert_int_equal(truncate(file, 1000), 0);
    refuse(b, path, AX_EDATA, "its shape wants");
    value[b->h * b->w / 16 - 1] = NAN; /* the last element of the first class */
    write_logits(path, 0, "npy", b->classes, b->h / 4, b->w / 4, value);
    char says[64];
    snprintf(says, sizeof says, "train-0.npy: element %d is not a number", b->h * b->w / 16 - 1);
    refuse(b, path, AX_EDATA, says);
    unlink(file);
    value[b->h * b->w / 16 - 1] = INFINITY;
    write_logits(path, 0, "safetensors", b->classes, b->h / 4, b->w / 4, value);
    refuse(b, path, AX_EDATA, "train-0.safetensors: tensor 'logits': element ");
    free(value);

    ax_settings s = tiny("");
    watched w = { 0 };
    snprintf(path, sizeof path, "%s/m.safetensors", b->dir);
    run(b, &s, path, NULL, &w);
    ax_err err;
    ax_source *other = ax_source_open("camvid:tests/data/camvid-tiny", "", &err);
    assert_non_null(other);
    s.teacher[0] = '\0';
    ax_settings_set(&s, "teacher", path, NULL);
    assert_null(ax_trainer_new(&s, other, NULL, NULL, NULL, &err));
    assert_int_equal(err.code, AX_EINVAL);
    assert_non_null(strstr(err.msg, "m.safetensors: a model of"));
    other->ops->close(other);
    assert_int_equal(truncate(path, 5000), 0);
    refuse(b, path, AX_EDATA, "m.safetensors");
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(set_up, tear_down, logits_lie_where_the_crop_does,
                                interpolation_is_exact_where_logits_are_linear, its_term_of_the_loss,
                                another_teacher_another_cache, resume_knows_its_teacher, wrong_teachers_are_named);
}
