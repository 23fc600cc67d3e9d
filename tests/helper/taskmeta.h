/* What a task says of itself for a model file, kept to be read back. */
#ifndef AX_TEST_TASKMETA_H
#define AX_TEST_TASKMETA_H

enum { TASKMETA_MOST = 16 };

typedef struct taskmeta {
    char key[TASKMETA_MOST][64], value[TASKMETA_MOST][4096];
    int n;
} taskmeta;

/* The arguments of ax_task.describe and .parse; the context is a taskmeta, empty at first. */
void taskmeta_say(void *context, const char *key, const char *value);
const char *taskmeta_get(const void *context, const char *key);

#endif
