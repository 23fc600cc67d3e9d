/* The table of the views. */
#include "tui/ui/views.h"

#define ROW(id, name) [AX_VIEW_##id] = &ax_view_##name,
const ax_view *const ax_views[AX_VIEW_COUNT] = { AX_VIEW_LIST(ROW) };
