#include "tui/ui/action.h"

#define ROW(id, contexts, key, label, hint, help, needs)                                                               \
    [AX_DO_##id] = { AX_IN_##contexts, key, label, hint, help, AX_NEEDS_##needs },
const ax_action_row ax_actions[AX_ACTION_COUNT] = { AX_ACTION_LIST(ROW) };

static const struct {
    uint32_t key;
    ax_action action;
} also[] = {
    { AX_KEY_DOWN, AX_DO_DOWN },
    { AX_KEY_UP, AX_DO_UP },
    { AX_KEY_LEFT, AX_DO_VIEW_BACK },
    { AX_KEY_HOME, AX_DO_FIRST },
    { AX_KEY_END, AX_DO_LAST },
    { AX_KEY_RIGHT, AX_DO_VIEW_ON },
    { '\n', AX_DO_OPEN },
    { ' ', AX_DO_PAGE_DOWN },
    { AX_KEY_BACKTAB, AX_DO_WIRING },
    { AX_KEY_DOWN, AX_DO_EDIT_DOWN },
    { AX_KEY_UP, AX_DO_EDIT_UP },
    { AX_KEY_LEFT, AX_DO_EDIT_LEFT },
    { ' ', AX_DO_EDIT_MORE },
    { AX_KEY_RIGHT, AX_DO_EDIT_RIGHT },
    { ']', AX_DO_EDIT_MORE },
    { '[', AX_DO_EDIT_LESS },
    { '\n', AX_DO_EDIT_QUEUE },
    { 'q', AX_DO_EDIT_LEAVE },
    { 'Y', AX_DO_YES },
    { AX_CTRL('P'), AX_DO_RECALL_BACK },
    { AX_CTRL('N'), AX_DO_RECALL_ON },
};

ax_action ax_action_of(ax_context_id context, uint32_t key)
{
    for (int i = 0; i < AX_ACTION_COUNT; i++)
        if (ax_actions[i].key == key && (ax_actions[i].contexts >> context & 1))
            return (ax_action)i;
    for (unsigned i = 0; i < sizeof also / sizeof *also; i++)
        if (also[i].key == key && (ax_actions[also[i].action].contexts >> context & 1))
            return also[i].action;
    return AX_DO_NOTHING;
}

long ax_action_moves(ax_action a, long page, long all)
{
    switch (a) {
    case AX_DO_DOWN:
        return 1;
    case AX_DO_UP:
        return -1;
    case AX_DO_PAGE_DOWN:
        return page;
    case AX_DO_PAGE_UP:
        return -page;
    case AX_DO_FIRST:
        return -all;
    case AX_DO_LAST:
        return all;
    default:
        return 0;
    }
}
