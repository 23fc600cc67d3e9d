/* Internals shared by the files of the settings: the table, a row per setting. */
#ifndef AX_CONFIG_SETTINGS_INTERNAL_H
#define AX_CONFIG_SETTINGS_INTERNAL_H

#include "engine/config/settings.h"

typedef enum ax_setting_type { AX_SETTING_TYPE_TEXT, AX_SETTING_TYPE_WHOLE, AX_SETTING_TYPE_REAL } ax_setting_type;

/* Allowed values of a setting. */
typedef struct ax_setting_limits {
    double least, most, step;        /* range of a number; step 0 = any */
    const char *words;               /* allowed words of a text; NULL = any */
    bool (*fits)(const char *value); /* checks the form of a text; NULL = any */
    const char *form;                /* name of that form, for messages */
} ax_setting_limits;

typedef struct ax_setting_row {
    ax_setting_type type;
    const char *name;
    ax_setting_scope scope;
    ax_setting_group group;
    size_t offset;
    const char *preset[3]; /* values as text: demo, cpu, paper */
    ax_setting_limits may;
    const char *doc;
} ax_setting_row;

#define AX_SETTING_ONE(type, name, scope, group, demo, cpu, paper, limits, doc) +1
enum { AX_SETTINGS = 0 AX_SETTING_LIST(AX_SETTING_ONE) };
extern const ax_setting_row ax_setting_table[AX_SETTINGS];

/* The index of the setting with a name, in which '-' and '_' are equal; AX_SETTINGS = none has it. */
size_t ax_setting_named(const char *name);
/* Checks a value and stores it. AX_EINVAL says what is wrong with it. */
ax_code ax_setting_store(ax_settings *out, const ax_setting_row *s, const char *value, ax_err *err);

#endif
