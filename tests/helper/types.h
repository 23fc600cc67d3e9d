/* Short names of types and attributes, for tables in tests. */
#ifndef AX_TEST_TYPES_H
#define AX_TEST_TYPES_H

#include "engine/op/op.h"

/* clang-format off */
#define MAP(n, h, w, c) { .shape = { n, h, w, c } }
#define SCALAR MAP(1, 1, 1, 1)
#define WEIGHT(o, k, i) { .shape = { o, k, k, i }, .layout = AX_OIHW }
#define CONV(k, s, p, d, g) { .conv = { .kernel = k, .stride = s, .pad = p, .dilation = d, .groups = g } }
/* clang-format on */

#endif
