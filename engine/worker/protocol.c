#include "engine/worker/protocol.h"

#include "engine/base/pack.h"
#include "engine/candidate/outcome_pack.h"
#include "engine/config/settings_pack.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define WORD(id, word) [AX_SAY_##id] = word,
static const char *const words[AX_SAY_COUNT] = { AX_SAY_LIST(WORD) };

size_t ax_worker_pack(const ax_worker_message *m, uint8_t *buf, size_t cap)
{
    char text[AX_GENOTYPE_TEXT];
    ax_fixed out = { .buf = buf, .cap = cap };
    msgpack_packer pk;
    msgpack_packer_init(&pk, &out, ax_fixed_write);
    msgpack_pack_array(&pk, 3);
    ax_pack_text(&pk, words[m->say]);
    msgpack_pack_uint32(&pk, m->id);
    switch (m->say) {
    case AX_SAY_SETTINGS:
        msgpack_pack_array(&pk, 2);
        ax_settings_pack(&pk, &m->settings, false);
        msgpack_pack_uint64(&pk, m->encoder);
        break;
    case AX_SAY_JOB:
        msgpack_pack_array(&pk, 4);
        ax_pack_text(&pk, ax_genotype_print(&m->genotype, text));
        msgpack_pack_int(&pk, m->full);
        msgpack_pack_int64(&pk, (int64_t)m->peers);
        msgpack_pack_int64(&pk, m->seed);
        break;
    case AX_SAY_DEVICES:
        msgpack_pack_array(&pk, 1);
        msgpack_pack_int64(&pk, m->steps);
        break;
    case AX_SAY_READY:
        msgpack_pack_array(&pk, 4);
        ax_pack_text(&pk, m->text);
        msgpack_pack_int64(&pk, m->threads);
        msgpack_pack_int64(&pk, m->rss);
        msgpack_pack_int64(&pk, (int64_t)m->data);
        break;
    case AX_SAY_BROKEN:
    case AX_SAY_FAILED:
        msgpack_pack_array(&pk, 3);
        msgpack_pack_int64(&pk, m->code);
        ax_pack_text(&pk, m->text);
        msgpack_pack_int64(&pk, m->rss);
        break;
    case AX_SAY_PROGRESS:
        msgpack_pack_array(&pk, 7);
        ax_pack_text(&pk, m->text);
        msgpack_pack_int64(&pk, m->stage);
        msgpack_pack_int64(&pk, m->epoch);
        msgpack_pack_int64(&pk, m->step);
        msgpack_pack_int64(&pk, m->steps);
        ax_pack_real(&pk, m->loss);
        msgpack_pack_int64(&pk, m->rss);
        break;
    case AX_SAY_EPOCH:
        msgpack_pack_array(&pk, 5);
        msgpack_pack_int64(&pk, m->stage);
        msgpack_pack_int64(&pk, m->epoch);
        msgpack_pack_int64(&pk, m->epochs);
        ax_pack_real(&pk, m->loss);
        ax_pack_real(&pk, m->reward);
        break;
    case AX_SAY_STAGE:
    case AX_SAY_OUTCOME:
        msgpack_pack_array(&pk, 2);
        ax_outcome_pack(&pk, &m->outcome);
        msgpack_pack_int64(&pk, m->rss);
        break;
    case AX_SAY_WARNING:
        msgpack_pack_array(&pk, 1);
        ax_pack_text(&pk, m->text);
        break;
    case AX_SAY_GO:
    case AX_SAY_END:
    case AX_SAY_STOP:
    case AX_SAY_STOPPED:
    case AX_SAY_COUNT:
        msgpack_pack_nil(&pk);
        break;
    }
    return out.full ? 0 : out.len;
}

static bool read_settings(const msgpack_object *o, ax_settings *s)
{
    char name[64], value[AX_SETTING_TEXT];
    if (o->type != MSGPACK_OBJECT_MAP || ax_settings_preset(s, "demo", NULL) != AX_OK)
        return false;
    for (uint32_t i = 0; i < o->via.map.size; i++)
        if (!ax_read_text(&o->via.map.ptr[i].key, name, sizeof name) ||
            !ax_read_text(&o->via.map.ptr[i].val, value, sizeof value) ||
            ax_settings_set(s, name, value, NULL) != AX_OK)
            return false;
    return true;
}

static bool read_body(const msgpack_object *o, ax_worker_message *m)
{
    char text[AX_GENOTYPE_TEXT];
    int64_t full, peers, data;
    if (m->say == AX_SAY_STOP || m->say == AX_SAY_STOPPED || m->say == AX_SAY_GO || m->say == AX_SAY_END)
        return o->type == MSGPACK_OBJECT_NIL;
    static const uint32_t size[AX_SAY_COUNT] = {
        [AX_SAY_SETTINGS] = 2, [AX_SAY_JOB] = 4,      [AX_SAY_READY] = 4,   [AX_SAY_BROKEN] = 3,
        [AX_SAY_FAILED] = 3,   [AX_SAY_PROGRESS] = 7, [AX_SAY_OUTCOME] = 2, [AX_SAY_WARNING] = 1,
        [AX_SAY_STAGE] = 2,    [AX_SAY_DEVICES] = 1,  [AX_SAY_EPOCH] = 5,
    };
    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != size[m->say])
        return false;
    const msgpack_object *e = o->via.array.ptr;
    switch (m->say) {
    case AX_SAY_SETTINGS:
        if (e[1].type != MSGPACK_OBJECT_POSITIVE_INTEGER)
            return false;
        m->encoder = e[1].via.u64;
        return read_settings(&e[0], &m->settings);
    case AX_SAY_JOB:
        if (!ax_read_text(&e[0], text, sizeof text) || !ax_read_whole(&e[1], &full) || !ax_read_whole(&e[2], &peers) ||
            !ax_read_whole(&e[3], &m->seed))
            return false;
        m->full = full != 0;
        m->peers = (uint64_t)peers;
        return ax_genotype_parse(text, &m->genotype, NULL) == AX_OK;
    case AX_SAY_READY:
        if (!ax_read_whole(&e[3], &data))
            return false;
        m->data = (uint64_t)data;
        return ax_read_text(&e[0], m->text, sizeof m->text) && ax_read_whole(&e[1], &m->threads) &&
               ax_read_whole(&e[2], &m->rss);
    case AX_SAY_BROKEN:
    case AX_SAY_FAILED:
        return ax_read_whole(&e[0], &m->code) && ax_read_text(&e[1], m->text, sizeof m->text) &&
               ax_read_whole(&e[2], &m->rss);
    case AX_SAY_PROGRESS:
        return ax_read_text(&e[0], m->text, sizeof m->text) && ax_read_whole(&e[1], &m->stage) &&
               ax_read_whole(&e[2], &m->epoch) && ax_read_whole(&e[3], &m->step) && ax_read_whole(&e[4], &m->steps) &&
               ax_read_real(&e[5], &m->loss) && ax_read_whole(&e[6], &m->rss);
    case AX_SAY_EPOCH:
        return ax_read_whole(&e[0], &m->stage) && ax_read_whole(&e[1], &m->epoch) && ax_read_whole(&e[2], &m->epochs) &&
               ax_read_real(&e[3], &m->loss) && ax_read_real(&e[4], &m->reward);
    case AX_SAY_WARNING:
        return ax_read_text(&e[0], m->text, sizeof m->text);
    case AX_SAY_DEVICES:
        return ax_read_whole(&e[0], &m->steps);
    case AX_SAY_STAGE:
    case AX_SAY_OUTCOME:
        return ax_outcome_read(&e[0], &m->outcome) && ax_read_whole(&e[1], &m->rss);
    default:
        return false;
    }
}

static bool read_message(const msgpack_object *o, void *out)
{
    ax_worker_message *m = out;
    char word[16];
    int64_t id;
    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != 3 ||
        !ax_read_text(&o->via.array.ptr[0], word, sizeof word) || !ax_read_whole(&o->via.array.ptr[1], &id) || id < 0 ||
        id > UINT32_MAX)
        return false;
    int say = 0;
    while (say < AX_SAY_COUNT && strcmp(word, words[say]) != 0)
        say++;
    if (say == AX_SAY_COUNT)
        return false;
    m->say = (ax_say)say;
    m->id = (uint32_t)id;
    return read_body(&o->via.array.ptr[2], m);
}

ax_code ax_worker_unpack(const uint8_t *bytes, size_t n, ax_worker_message *m, ax_err *err)
{
    memset(m, 0, sizeof *m);
    return n <= AX_WORKER_MAX_BYTES && ax_unpack_by(read_message, bytes, n, m)
               ? AX_OK
               : ax_fail(err, AX_EFORMAT, "not a message of a worker");
}

ax_code ax_worker_send(int fd, const ax_worker_message *m, int flags, ax_err *err)
{
    uint8_t buf[AX_WORKER_MAX_BYTES];
    size_t n = ax_worker_pack(m, buf, sizeof buf);
    if (!n)
        return ax_fail(err, AX_EINVAL, "a message of more than %d bytes", AX_WORKER_MAX_BYTES);
    for (size_t done = 0; done < n;) {
        ssize_t w = send(fd, buf + done, n - done, flags | MSG_NOSIGNAL);
        if (w < 0 && errno == EINTR)
            continue;
        if (w <= 0)
            return ax_fail(err, AX_EIO, "cannot send: %s", strerror(errno));
        done += (size_t)w;
    }
    return AX_OK;
}
