/* Settings as a map of msgpack, from names to values as text. */
#ifndef AX_CONFIG_SETTINGS_PACK_H
#define AX_CONFIG_SETTINGS_PACK_H

#include "engine/config/settings.h"

#include <msgpack.h>

/* Packs all of them; preset: also, as if it were the first, the preset that they started from. */
void ax_settings_pack(msgpack_packer *pk, const ax_settings *s, bool preset);

#endif
