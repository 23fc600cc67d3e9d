#include "tui/ui/action.h"

#define ROW(id, contexts, key, label, hint, help, needs)                                                               \
    [AX_DO_##id] = { AX_IN_##contexts, key, label, hint, help, AX_NEEDS_##needs },
const ax_action_row ax_actions[AX_ACTION_COUNT] = { AX_ACTION_LIST(ROW) };

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
