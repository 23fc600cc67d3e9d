#include "engine/config/settings_pack.h"

#include "engine/base/pack.h"

void ax_settings_pack(msgpack_packer *pk, const ax_settings *s, bool preset)
{
    const char *name;
    char value[AX_SETTING_TEXT];
    size_t n = 0;
    while (ax_settings_at(s, (int)n, &name, value))
        n++;
    msgpack_pack_map(pk, n + preset);
    if (preset) {
        ax_pack_text(pk, "preset");
        ax_pack_text(pk, s->preset);
    }
    for (int i = 0; ax_settings_at(s, i, &name, value); i++) {
        ax_pack_text(pk, name);
        ax_pack_text(pk, value);
    }
}
