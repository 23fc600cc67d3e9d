#include "tests/helper/onnxcase.h"
#include "engine/base/normalise.h"
#include "engine/export/onnx.h"
#include "tests/helper/suite.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void onnxcase_free(onnxnet *n)
{
    if (n->owns)
        ax_params_free(n->p);
    ax_graph_free(n->g);
    *n = (onnxnet) { 0 };
}

void onnxcase_check(ax_code code, const ax_err *err)
{
    if (code != AX_OK)
        fail_msg("%s", err->msg);
}

void onnxcase_stir(ax_params *p, const char *prefix)
{
    for (size_t i = 0; i < ax_params_count(p); i++) {
        const ax_param_spec *s = ax_params_spec(p, i);
        size_t n = ax_shape_count(s->type.shape);
        bool factor = s->init == AX_INIT_ONE, vector = s->init != AX_INIT_HE;
        if (strncmp(s->name, prefix, strlen(prefix)) || !vector)
            continue;
        ax_err err = { 0 };
        ax_rng rng = ax_rng_new(n, i);
        float *v = malloc(n * sizeof *v);
        assert_non_null(v);
        for (size_t k = 0; k < n; k++)
            v[k] = factor ? 0.5f + (float)ax_rng_uniform(&rng) : 0.3f * (float)ax_rng_normal(&rng);
        onnxcase_check(ax_params_set(p, i, AX_SLOT_VALUE, v, &err), &err);
        free(v);
    }
}

static void write_file(const onnxcases *f, const char *name, const void *bytes, size_t n)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", f->dir, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

void onnxcase_model(onnxcases *f, const onnxnet *net, onnxvariant v, char name[static 32])
{
    static const ax_onnx_meta meta[] = { { "task", "segmentation" }, { "classes", "[]" } };
    const ax_onnx_spec spec = {
        .image = net->image,
        .output = v.argmax ? net->classes : net->logits,
        .name = v.argmax ? "classes" : "logits",
        .any_size = v.any_size,
        .multiple = net->multiple,
        .any_batch = v.any_batch,
        .normalise = v.normalise,
        .doc = "A test.",
        .meta = meta,
        .n_meta = 2,
    };
    ax_err err = { 0 };
    ax_str out[2];
    for (int i = 0; i < 2; i++) {
        ax_str_init(&out[i], 0);
        onnxcase_check(ax_onnx_write(net->g, net->p, &spec, &out[i], &err), &err);
    }
    assert_int_equal(out[0].len, out[1].len);
    assert_memory_equal(out[0].text, out[1].text, out[0].len);
    snprintf(name, 32, "%u.onnx", f->n_models++);
    write_file(f, name, out[0].text, out[0].len);
    ax_str_release(&out[0]);
    ax_str_release(&out[1]);
}

static float *to_nchw(const float *x, ax_shape s)
{
    float *out = malloc(ax_shape_count(s) * sizeof *out);
    assert_non_null(out);
    for (int32_t n = 0; n < s.n; n++)
        for (int32_t i = 0; i < s.h * s.w; i++)
            for (int32_t c = 0; c < s.c; c++)
                out[((size_t)n * (size_t)s.c + (size_t)c) * (size_t)(s.h * s.w) + (size_t)i] =
                    x[((size_t)n * (size_t)(s.h * s.w) + (size_t)i) * (size_t)s.c + (size_t)c];
    return out;
}

/* Writes a result of the plan as NCHW into a file of the case; adds its name and shape to the list. */
static void write_result(onnxcases *f, const ax_plan *plan, const ax_graph *g, ax_val v, unsigned number)
{
    ax_err err = { 0 };
    ax_shape s = ax_graph_type(g, v).shape;
    size_t n = ax_shape_count(s);
    const char *kept = ax_graph_value(g, v.id)->name;
    char name[32];
    bool classes = ax_graph_type(g, v).dtype == AX_U8;
    snprintf(name, sizeof name, "%u.%s", number, kept);
    float *x = malloc(n * sizeof *x);
    assert_non_null(x);
    onnxcase_check(ax_plan_read(plan, kept, x, n * (classes ? 1 : sizeof *x), &err), &err);
    float *nchw = classes ? NULL : to_nchw(x, s);
    write_file(f, name, classes ? (void *)x : (void *)nchw, n * (classes ? 1 : sizeof *x));
    fprintf(f->list, " %s %d %d %d %d", name, s.n, s.c, s.h, s.w);
    free(x);
    free(nchw);
}

void onnxcase_write(onnxcases *f, const onnxnet *net, const char *model, onnxvariant v)
{
    const unsigned number = f->n_cases++;
    ax_err err = { 0 };
    ax_shape s = ax_graph_type(net->g, net->image).shape;
    size_t n = ax_shape_count(s);
    float *image = malloc(n * sizeof *image), *shown = malloc(n * sizeof *shown);
    assert_true(image && shown);
    ax_rng rng = ax_rng_new(77, number);
    for (size_t i = 0; i < n; i++) {
        shown[i] = (float)ax_rng_below(&rng, 256);
        image[i] = ax_normalise(shown[i], i % 3);
    }
    ax_plan *plan = ax_plan_new(net->g, f->be, f->dev, net->p, 0, &err);
    assert_non_null(plan);
    onnxcase_check(ax_plan_write(plan, "image", image, n * sizeof *image, &err), &err);
    onnxcase_check(ax_plan_run(plan, &err), &err);
    float *nchw = to_nchw(v.normalise ? shown : image, s);
    char name[32];
    snprintf(name, sizeof name, "%u.image", number);
    write_file(f, name, nchw, n * sizeof *nchw);
    fprintf(f->list, "%s %s %s %d %d %d %d", model, v.argmax ? "argmax" : "logits", name, s.n, s.c, s.h, s.w);
    write_result(f, plan, net->g, v.argmax ? net->classes : net->logits, number);
    if (v.argmax)
        write_result(f, plan, net->g, net->full, number);
    fprintf(f->list, "\n");
    ax_plan_free(plan);
    free(nchw);
    free(image);
    free(shown);
}

void onnxcase_oracle(void **state)
{
    onnxcases *f = *state;
    char command[256];
    fclose(f->list);
    f->list = NULL;
    snprintf(command, sizeof command, "/usr/bin/python3 tests/engine/export/oracle.py %s", f->dir);
    int status = system(command);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) /* the reason has been printed */
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

int onnxcase_set_up(void **state)
{
    onnxcases *f = calloc(1, sizeof *f);
    ax_err err = { 0 };
    char path[96];
    assert_non_null(f);
    f->be = &ax_backend_cpu;
    assert_non_null(f->dev = f->be->open(0, 2, &err));
    snprintf(f->dir, sizeof f->dir, "/tmp/ax-onnx-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(path, sizeof path, "%s/cases", f->dir);
    assert_non_null(f->list = fopen(path, "w"));
    *state = f;
    return 0;
}

int onnxcase_tear_down(void **state)
{
    onnxcases *f = *state;
    char command[96];
    f->be->close(f->dev);
    snprintf(command, sizeof command, "rm -rf %s", f->dir);
    int status = getenv("AUXCELL_KEEP") ? 0 : system(command);
    free(f);
    return status;
}
