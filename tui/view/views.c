/* The tables of the views and of the contexts. */
#include "tui/view/view.h"

#define VIEW(id, name) [AX_VIEW_##id] = &ax_view_##name,
const ax_view *const ax_views[AX_VIEW_COUNT] = { AX_VIEW_LIST(VIEW) };

#define CONTEXT(id, name) [AX_CONTEXT_##id] = &ax_context_##name,
const ax_context *const ax_contexts[AX_CONTEXT_COUNT] = { AX_CONTEXT_LIST(CONTEXT) };

const ax_context ax_context_views = {
    .key = ax_ui_views_key, .paste = ax_ui_offer, .message = ax_draw_message, .hints = ax_draw_hints
};
