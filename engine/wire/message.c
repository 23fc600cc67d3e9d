#include "engine/wire/message.h"

#include "engine/base/msgskim.h"

#include <stdlib.h>
#include <string.h>

void ax_messages_init(ax_messages *m, size_t most)
{
    *m = (ax_messages) { .most = most };
}

void ax_messages_release(ax_messages *m)
{
    free(m->buf);
    *m = (ax_messages) { .most = m->most };
}

ax_code ax_messages_feed(ax_messages *m, const void *bytes, size_t n, ax_err *err)
{
    if (!n)
        return AX_OK;
    if (m->at) {
        memmove(m->buf, m->buf + m->at, m->len - m->at);
        m->len -= m->at;
        m->at = 0;
    }
    if (n > m->cap - m->len) {
        size_t cap = m->cap ? m->cap : 4096;
        while (cap - m->len < n)
            cap *= 2;
        uint8_t *grown = realloc(m->buf, cap);
        if (!grown)
            return ax_fail(err, AX_ENOMEM, "no memory for %zu bytes of messages", cap);
        m->buf = grown;
        m->cap = cap;
    }
    memcpy(m->buf + m->len, bytes, n);
    m->len += n;
    return AX_OK;
}

int ax_messages_next(ax_messages *m, const uint8_t **bytes, size_t *n)
{
    bool more;
    if (m->at == m->len)
        return 0;
    size_t length = ax_msg_skim(m->buf + m->at, m->len - m->at, &more);
    if (!length)
        return more && m->len - m->at <= m->most ? 0 : -1;
    if (length > m->most)
        return -1;
    *bytes = m->buf + m->at;
    *n = length;
    m->at += length;
    return 1;
}
