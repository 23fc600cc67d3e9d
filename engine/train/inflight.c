#include "engine/train/inflight.h"

#include "engine/base/envelope.h"
#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/base/pack.h"
#include "engine/candidate/outcome_pack.h"
#include "engine/train/trainer_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const ax_envelope envelope = { "auxcell-inflight", "a training's state", 1, 1 };
enum { MOST_BYTES = 1 << 30 };

static const struct {
    const char *name;
    ax_slot slot;
} slots[] = { { "value", AX_SLOT_VALUE }, { "m", AX_SLOT_M }, { "v", AX_SLOT_V }, { "average", AX_SLOT_AVERAGE } };
enum { SLOTS = sizeof slots / sizeof *slots };

/* The last setting that every run has had. A later setting counts only when it differs from the behaviour before it
   existed (its value in preset demo), so that older checkpoints stay valid. */
static const char last_of_first[] = "max_failures";

/* The checkpoint fingerprint: a hash of everything that the rest of the training depends on. with_data: includes the
   data set's files, which earlier versions left out. */
static uint64_t key_of(const ax_training *r, bool with_data)
{
    const ax_train_job *job = r->job;
    const char *name;
    char text[AX_SETTING_TEXT], usual[AX_SETTING_TEXT];
    bool later = false;
    ax_settings before;
    if (ax_settings_preset(&before, "demo", NULL) != AX_OK)
        before = r->t->settings;
    uint64_t key = ax_hash(AX_HASH_START, &job->genotype, sizeof job->genotype); /* bytes without padding */
    for (int i = 0; ax_settings_at(&r->t->settings, i, &name, text); i++) {
        ax_setting_scope scope = ax_settings_scope(i);
        bool is_usual = later && ax_settings_at(&before, i, &name, usual) && !strcmp(text, usual);
        later = later || !strcmp(name, last_of_first);
        if (is_usual || (scope != AX_SETTING_FIXED && scope != AX_SETTING_MOVES))
            continue;
        key = ax_hash(key, name, strlen(name) + 1);
        key = ax_hash(key, text, strlen(text) + 1);
    }
    const uint64_t numbers[] = { (uint64_t)job->channels,
                                 (uint64_t)job->repeats,
                                 (uint64_t)job->epochs,
                                 (uint64_t)job->stages,
                                 (uint64_t)job->stage2_epochs,
                                 job->seed,
                                 r->t->teacher_key,
                                 job->half_batch,
                                 job->full };
    key = ax_hash(key, numbers, sizeof numbers);
    if (r->t->encoder.key) /* the built-in encoder adds nothing, as before others were supported */
        key = ax_hash(key, &r->t->encoder.key, sizeof r->t->encoder.key);
    return with_data ? ax_hash(key, &r->t->data.files, sizeof r->t->data.files) : key;
}

static size_t count_of(const ax_params *p, size_t i)
{
    return ax_shape_count(ax_params_spec(p, i)->type.shape);
}

/* The slots in host memory, copied block by block: single parameters are small, and each read would wait. */
typedef struct blocks {
    const float *slot[AX_GROUP_COUNT][SLOTS]; /* NULL = doesn't exist */
    float *copy[AX_GROUP_COUNT][SLOTS];
} blocks;

static ax_code read_blocks(const ax_params *p, blocks *b, ax_err *err)
{
    ax_code code = AX_OK;
    *b = (blocks) { 0 };
    for (int g = 0; g < AX_GROUP_COUNT; g++)
        for (int k = 0; k < SLOTS && code == AX_OK; k++)
            code = ax_params_get_block(p, (ax_group)g, slots[k].slot, &b->slot[g][k], &b->copy[g][k], err);
    return code;
}

static void release_blocks(blocks *b)
{
    for (int g = 0; g < AX_GROUP_COUNT; g++)
        for (int k = 0; k < SLOTS; k++)
            free(b->copy[g][k]);
}

/* ---- writing ---- */

static void pack_parameter(msgpack_packer *pk, const ax_params *p, size_t i, const blocks *b)
{
    const ax_param_spec *spec = ax_params_spec(p, i);
    size_t bytes = count_of(p, i) * sizeof(float);
    msgpack_pack_array(pk, 1 + SLOTS);
    ax_pack_text(pk, spec->name);
    for (int k = 0; k < SLOTS; k++) {
        const float *block = ax_params_slot(p, i, slots[k].slot) ? b->slot[spec->group][k] : NULL;
        if (!block) {
            msgpack_pack_nil(pk);
            continue;
        }
        msgpack_pack_bin(pk, bytes);
        msgpack_pack_bin_body(pk, block + ax_params_offset(p, i), bytes);
    }
}

ax_code ax_inflight_write(const char *path, const ax_training *r, ax_err *err)
{
    const ax_params *p = r->params;
    blocks b;
    ax_code code = read_blocks(p, &b, err);
    if (code != AX_OK) {
        release_blocks(&b);
        return code;
    }
    ax_str out;
    msgpack_packer pk;
    ax_envelope_begin(&envelope, &out, MOST_BYTES, &pk);
    msgpack_pack_map(&pk, 9);
    ax_pack_text(&pk, "key");
    msgpack_pack_uint64(&pk, key_of(r, true));
    ax_pack_text(&pk, "stage");
    msgpack_pack_int32(&pk, r->stage);
    ax_pack_text(&pk, "step");
    msgpack_pack_int32(&pk, r->step);
    ax_pack_text(&pk, "loss_sum");
    ax_pack_real(&pk, r->loss_sum);
    ax_pack_text(&pk, "outcome");
    ax_outcome_pack(&pk, &r->outcome);
    ax_pack_text(&pk, "decoder_steps");
    msgpack_pack_uint64(&pk, r->decoder.step);
    ax_pack_text(&pk, "encoder_steps");
    msgpack_pack_uint64(&pk, r->encoder.step);
    ax_pack_text(&pk, "slots");
    msgpack_pack_array(&pk, SLOTS);
    for (int k = 0; k < SLOTS; k++)
        ax_pack_text(&pk, slots[k].name);
    ax_pack_text(&pk, "parameters");
    msgpack_pack_array(&pk, ax_params_count(p));
    for (size_t i = 0; i < ax_params_count(p); i++)
        pack_parameter(&pk, p, i, &b);
    release_blocks(&b);
    ax_envelope_end(&out);
    if (!ax_str_ok(&out))
        code = ax_fail(err, AX_ENOMEM, "%s: no memory", path);
    if (code == AX_OK)
        code = ax_file_replace(AT_FDCWD, path, out.text, out.len, err);
    ax_str_release(&out);
    return code;
}

/* ---- reading ---- */

static bool read_key(const msgpack_object *map, uint64_t *key)
{
    const msgpack_object *o = ax_map_get(map, "key");
    if (!o || o->type != MSGPACK_OBJECT_POSITIVE_INTEGER)
        return false;
    *key = o->via.u64;
    return true;
}

typedef struct place {
    int64_t stage, step, decoder_steps, encoder_steps;
    double loss_sum;
    ax_outcome outcome;
} place;

static bool read_place(const msgpack_object *map, place *at)
{
    return ax_read_whole(ax_map_get(map, "stage"), &at->stage) && (at->stage == 1 || at->stage == 2) &&
           ax_read_whole(ax_map_get(map, "step"), &at->step) && at->step >= 0 && at->step <= INT32_MAX &&
           ax_read_whole(ax_map_get(map, "decoder_steps"), &at->decoder_steps) && at->decoder_steps >= 0 &&
           ax_read_whole(ax_map_get(map, "encoder_steps"), &at->encoder_steps) && at->encoder_steps >= 0 &&
           ax_read_real(ax_map_get(map, "loss_sum"), &at->loss_sum) &&
           ax_outcome_read(ax_map_get(map, "outcome"), &at->outcome);
}

/* Requires every parameter of p, in order, with blobs of the right size. */
static bool parameters_fit(const msgpack_object *list, const ax_params *p)
{
    if (!list || list->type != MSGPACK_OBJECT_ARRAY || list->via.array.size != ax_params_count(p))
        return false;
    for (size_t i = 0; i < ax_params_count(p); i++) {
        const msgpack_object *o = &list->via.array.ptr[i];
        const ax_param_spec *spec = ax_params_spec(p, i);
        if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != 1 + SLOTS)
            return false;
        const msgpack_object *e = o->via.array.ptr;
        if (e[0].type != MSGPACK_OBJECT_STR || e[0].via.str.size != strlen(spec->name) ||
            memcmp(e[0].via.str.ptr, spec->name, e[0].via.str.size) != 0 || e[1].type != MSGPACK_OBJECT_BIN)
            return false;
        for (int k = 0; k < SLOTS; k++) {
            bool nil = e[1 + k].type == MSGPACK_OBJECT_NIL, bin = e[1 + k].type == MSGPACK_OBJECT_BIN;
            if ((!nil && !bin) || (bin && e[1 + k].via.bin.size != count_of(p, i) * sizeof(float)) ||
                (bin && k > 0 && !spec->trainable))
                return false;
        }
    }
    return true;
}

/* Restores a group's slot. Parameters that the file lacks keep their values; missing averages start as the values. */
static ax_code take_block(const msgpack_object *list, ax_params *p, ax_group group, int k, ax_err *err)
{
    const float *now, *value;
    float *copy[2] = { NULL, NULL };
    size_t floats = 0;
    bool any = false;
    for (size_t i = 0; i < ax_params_count(p) && !any; i++)
        any = ax_params_spec(p, i)->group == group &&
              list->via.array.ptr[i].via.array.ptr[1 + k].type == MSGPACK_OBJECT_BIN;
    if (!any)
        return AX_OK;
    ax_code code = ax_params_get_block(p, group, slots[k].slot, &now, &copy[0], err);
    if (code == AX_OK && !now && slots[k].slot == AX_SLOT_AVERAGE)
        code = ax_params_get_block(p, group, AX_SLOT_VALUE, &value, &copy[1], err);
    else
        value = NULL;
    (void)ax_params_block(p, group, slots[k].slot, &floats);
    float *host = code == AX_OK ? calloc(floats, sizeof *host) : NULL;
    if (code == AX_OK && !host)
        code = ax_fail(err, AX_ENOMEM, "no memory for %zu numbers", floats);
    if (host && (now || value))
        memcpy(host, now ? now : value, floats * sizeof *host);
    for (size_t i = 0; i < ax_params_count(p) && host; i++) {
        const msgpack_object *o = &list->via.array.ptr[i].via.array.ptr[1 + k];
        if (ax_params_spec(p, i)->group == group && o->type == MSGPACK_OBJECT_BIN)
            memcpy(host + ax_params_offset(p, i), o->via.bin.ptr, o->via.bin.size);
    }
    if (code == AX_OK)
        code = ax_params_set_block(p, group, slots[k].slot, host, err);
    free(host);
    free(copy[0]);
    free(copy[1]);
    return code;
}

static ax_code take_parameters(const msgpack_object *list, ax_params *p, ax_err *err)
{
    ax_code code = AX_OK;
    for (int k = 0; k < SLOTS; k++) /* values first: missing averages start as they are */
        for (int g = 0; g < AX_GROUP_COUNT && code == AX_OK; g++)
            code = take_block(list, p, (ax_group)g, k, err);
    return code;
}

static ax_code go_to(ax_training *r, const msgpack_object *map, ax_err *err)
{
    place at;
    const msgpack_object *list = ax_map_get(map, "parameters");
    if (!read_place(map, &at))
        return ax_fail(err, AX_EFORMAT, "damaged: it has no place");
    ax_code code = ax_training_enter_stage(r, (int32_t)at.stage, err);
    if (code != AX_OK)
        return code;
    if (at.step > r->schedule.steps || !parameters_fit(list, r->params))
        return ax_fail(err, AX_EFORMAT, "damaged: it doesn't fit this training");
    r->step = (int32_t)at.step;
    r->loss_sum = at.loss_sum;
    r->outcome = at.outcome;
    r->decoder.step = (uint64_t)at.decoder_steps;
    r->encoder.step = (uint64_t)at.encoder_steps;
    return take_parameters(list, r->params, err);
}

ax_code ax_inflight_read(const char *path, ax_training *r, bool *found, ax_err *err)
{
    char *bytes;
    size_t n;
    uint64_t key = 0;
    *found = false;
    if (access(path, F_OK) && errno == ENOENT)
        return AX_OK;
    ax_code code = ax_file_read(AT_FDCWD, path, MOST_BYTES, &bytes, &n, err);
    if (code != AX_OK)
        return code;
    msgpack_unpacked msg;
    msgpack_unpacked_init(&msg);
    const msgpack_object *map;
    ax_err why = { AX_OK, "" };
    code = ax_envelope_open(&envelope, bytes, n, &msg, &map, &why);
    if (code == AX_OK && !read_key(map, &key))
        code = ax_fail(&why, AX_EFORMAT, "damaged: it has no key");
    if (code == AX_OK && (key == key_of(r, true) || key == key_of(r, false))) {
        code = go_to(r, map, &why);
        *found = code == AX_OK;
    }
    msgpack_unpacked_destroy(&msg);
    free(bytes);
    if (code == AX_EFORMAT)
        ax_fail_prefix(&why, path);
    if (code != AX_OK && err)
        *err = why;
    return code;
}
