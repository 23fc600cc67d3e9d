#include "tests/helper/taskmeta.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <string.h>

void taskmeta_say(void *context, const char *key, const char *value)
{
    taskmeta *m = context;
    assert_true(m->n < TASKMETA_MOST);
    snprintf(m->key[m->n], sizeof m->key[0], "%s", key);
    snprintf(m->value[m->n], sizeof m->value[0], "%s", value);
    m->n++;
}

const char *taskmeta_get(const void *context, const char *key)
{
    const taskmeta *m = context;
    for (int i = 0; i < m->n; i++)
        if (!strcmp(m->key[i], key))
            return m->value[i];
    return NULL;
}
