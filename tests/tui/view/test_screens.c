/* Screens as text: a made-up history is folded, keys are pressed, and the screen is compared with a golden file.
   AX_UPDATE_GOLDEN=1 writes the files instead. */
#include "tests/helper/history.h"
#include "tests/helper/masks.h"
#include "tests/helper/suite.h"
#include "tui/ui/edit.h"
#include "tui/view/mask_view.h"
#include "tui/view/offer.h"
#include "tui/view/view.h"
#include "viz/looks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct screen {
    const char *name;
    int rows, cols;
    bool ascii, color, masks, loading, tour;
    int counted; /* answers about the cost of networks before and after the last key, 0 = none comes */
    ax_link link;
    double later;                /* seconds after the last event */
    double replay;               /* a replay: seconds of the run, which lasts 90 minutes; 0 = not a replay */
    uint64_t lost;               /* events that can't be read */
    const char *theme;           /* drawn with its colours */
    const ax_settings *settings; /* of the run */
    const char *keys, *paste;    /* paste: pasted after the keys */
    ax_history history;
} screen;

static const ax_settings two_stages = { .stages = 2, .full_epochs = 20, .full_stage2_epochs = 10 };

static const screen screens[] = {
    { "overview-80x24", 24, 80, .link = AX_LINK_LIVE, .later = 1, .history = { 1284 } },
    { "overview-80x24-ascii", 24, 80, .ascii = true, .link = AX_LINK_LIVE, .later = 1, .history = { 1284 } },
    { "overview-160x48", 48, 160, .masks = true, .link = AX_LINK_LIVE, .later = 1, .history = { 1284 } },
    { "overview-160x48-ascii", 48, 160, .ascii = true, .masks = true, .link = AX_LINK_LIVE, .history = { 1284 } },
    { "overview-120x34", 34, 120, .masks = true, .link = AX_LINK_LIVE, .later = 1, .history = { 300 } },
    { "policy-60x18", 18, 60, .link = AX_LINK_LIVE, .keys = "7", .history = { 300, .policy = true } },
    { "overview-100x40", 40, 100, .link = AX_LINK_LIVE, .later = 1, .history = { 300 } },
    { "overview-80x24-8", 24, 80, .theme = "8", .link = AX_LINK_LIVE, .later = 1, .history = { 1284 } },
    { "overview-80x24-256", 24, 80, .theme = "256", .link = AX_LINK_LIVE, .later = 1, .history = { 1284 } },
    { "overview-80x24-true", 24, 80, .theme = "true", .link = AX_LINK_LIVE, .later = 1, .history = { 1284 } },
    { "overview-80x24-light", 24, 80, .theme = "light", .link = AX_LINK_LIVE, .later = 1, .history = { 1284 } },
    { "overview-80x24-mono", 24, 80, .theme = "mono", .link = AX_LINK_LIVE, .later = 1, .history = { 1284 } },
    { "policy-80x24-256", 24, 80, .theme = "256", .color = true, .link = AX_LINK_LIVE, .keys = "7",
      .history = { 300, .policy = true } },
    { "train-80x24-light", 24, 80, .theme = "light", .link = AX_LINK_LIVE, .keys = "8",
      .history = { 40, .full = true } },
    { "log-80x24-mono", 24, 80, .theme = "mono", .link = AX_LINK_LIVE, .keys = "6", .history = { 300 } },
    { "pareto-80x24-true", 24, 80, .theme = "true", .link = AX_LINK_LIVE, .keys = "4", .history = { 300 } },
    { "columns-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "2:columns id,state,reward,macs,latency,by\r",
      .history = { 300 } },
    { "columns-wrong-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "2:columns id,size\r", .history = { 40 } },
    { "theme-wrong-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = ":theme dark\r", .history = { 40 } },
    { "replay-80x24", 24, 80, .replay = 754.5, .history = { 40 } },
    { "replay-held-160x48-ascii", 48, 160, .ascii = true, .replay = 754.5, .keys = ") ", .history = { 300 } },
    { "replay-ended-80x24", 24, 80, .replay = 5400, .keys = "x", .history = { 40, .bye = "stopped" } },
    { "tour-80x24", 24, 80, .tour = true, .link = AX_LINK_LIVE, .history = { 9 } },
    { "tour-160x48-ascii", 48, 160, .ascii = true, .tour = true, .link = AX_LINK_LIVE, .history = { 9 } },
    { "tour-60x16", 16, 60, .tour = true, .link = AX_LINK_LIVE, .history = { 9 } },
    { "overview-60x16", 16, 60, .link = AX_LINK_LIVE, .history = { 300 } },
    { "overview-200x60", 60, 200, .masks = true, .link = AX_LINK_LIVE, .history = { 300 } },
    { "caching-80x24", 24, 80, .link = AX_LINK_LIVE, .later = 2, .history = { .caching = true } },
    { "first-80x24", 24, 80, .link = AX_LINK_LIVE, .later = 2, .history = { 1 } },
    { "few-80x24", 24, 80, .link = AX_LINK_LIVE, .later = 2, .history = { 9 } },
    { "pruned-80x24", 24, 80, .link = AX_LINK_LIVE, .later = 1.2, .history = { 40, .pruned = true } },
    { "pruned-batch-80x24", 24, 80, .link = AX_LINK_LIVE, .later = 1.2, .history = { 40, .batch = true } },
    { "pruned-promote-80x24", 24, 80, .link = AX_LINK_LIVE, .later = 1.2, .keys = ":goto 10\r+",
      .history = { 40, .batch = true } },
    { "full-80x24", 24, 80, .link = AX_LINK_LIVE, .later = 2, .history = { 40, .full = true } },
    { "full-160x48", 48, 160, .link = AX_LINK_LIVE, .later = 2, .history = { 40, .full = true } },
    { "paused-80x24", 24, 80, .link = AX_LINK_LIVE, .later = 100, .history = { 40, .paused = true } },
    { "finished-80x24", 24, 80, .link = AX_LINK_LOST, .later = 9, .history = { 40, .bye = "finished" } },
    { "stopped-80x24", 24, 80, .link = AX_LINK_LOST, .later = 9, .history = { 40, .bye = "stopped" } },
    { "engine-failed-80x24", 24, 80, .link = AX_LINK_LOST, .later = 9,
      .history = { 40, .bye = "failed", .error = "events.mpk: cannot write: No space left on device" } },
    { "no-engine-80x24", 24, 80, .link = AX_LINK_NONE, .later = 9, .history = { 40 } },
    { "died-160x48", 48, 160, .link = AX_LINK_LOST, .later = 9, .keys = "x", .history = { 40 } },
    { "loading-80x24", 24, 80, .loading = true },
    { "damaged-80x24", 24, 80, .link = AX_LINK_LOST, .later = 9, .lost = 3, .history = { 40, .bye = "stopped" } },
    { "wiring-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "\t", .history = { 40 } },
    { "table-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "2jjmmjj", .history = { 300 } },
    { "table-160x48", 48, 160, .link = AX_LINK_LIVE, .keys = "2sG", .history = { 300 } },
    { "filter-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "2/reward>.6 params<3M\r", .history = { 300 } },
    { "filter-none-40x12", 12, 40, .link = AX_LINK_LIVE, .keys = "/id=99999\r", .history = { 300 } },
    { "filter-none-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "/id=99999\r", .history = { 300 } },
    { "filter-typing-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "/state=F", .history = { 300 } },
    { "filter-listing-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "2/reward>.5 st\t", .history = { 300 } },
    { "filter-part-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "2/state=D reward>", .history = { 300 } },
    { "sort-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "2ss", .history = { 300 } },
    { "sort-two-160x48", 48, 160, .link = AX_LINK_LIVE, .keys = "2:sort state,-params\r*F", .history = { 300 } },
    { "filter-wrong-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "/size<3\r", .history = { 300 } },
    { "cell-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "jj\r", .history = { 300 } },
    { "cell-wiring-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "3jj\t", .history = { 300 } },
    { "cell-160x48", 48, 160, .link = AX_LINK_LIVE, .keys = "\r", .history = { 300 } },
    { "pareto-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "4", .history = { 300 } },
    { "pareto-macs-80x24-ascii", 24, 80, .ascii = true, .link = AX_LINK_LIVE, .keys = "4\tj", .history = { 300 } },
    { "pareto-time-160x48", 48, 160, .link = AX_LINK_LIVE, .keys = "4\t\t\t", .history = { 300 } },
    { "pareto-latency-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "4\t\t", .history = { 300 } },
    { "mask-80x24", 24, 80, .masks = true, .link = AX_LINK_LIVE, .keys = "5", .history = { 300 } },
    { "mask-color-80x24", 24, 80, .masks = true, .color = true, .link = AX_LINK_LIVE, .keys = "5", .history = { 300 } },
    { "mask-160x48", 48, 160, .masks = true, .link = AX_LINK_LIVE, .keys = "5", .history = { 300 } },
    { "mask-color-160x48", 48, 160, .masks = true, .color = true, .link = AX_LINK_LIVE, .keys = "5",
      .history = { 300 } },
    { "mask-160x48-ascii", 48, 160, .ascii = true, .masks = true, .color = true, .link = AX_LINK_LIVE, .keys = "5]",
      .history = { 300 } },
    { "mask-60x16", 16, 60, .masks = true, .link = AX_LINK_LIVE, .keys = "5]]", .history = { 300 } },
    { "mask-60x100", 100, 60, .masks = true, .link = AX_LINK_LIVE, .keys = "5", .history = { 300 } },
    { "depth-80x24", 24, 80, .masks = true, .link = AX_LINK_LIVE, .keys = "5",
      .history = { 300, .task = AX_TASK_DEPTH } },
    { "depth-color-160x48", 48, 160, .masks = true, .color = true, .link = AX_LINK_LIVE, .keys = "5",
      .history = { 300, .task = AX_TASK_DEPTH } },
    { "depth-160x48-ascii", 48, 160, .ascii = true, .masks = true, .link = AX_LINK_LIVE, .keys = "5]",
      .history = { 300, .task = AX_TASK_DEPTH } },
    { "depth-none-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "5]", .history = { 1, .task = AX_TASK_DEPTH } },
    { "pose-tabs-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "2:svg \t", .history = { 40, .task = AX_TASK_POSE } },
    { "depth-overview-160x48", 48, 160, .masks = true, .link = AX_LINK_LIVE,
      .history = { 300, .task = AX_TASK_DEPTH } },
    { "pose-80x24", 24, 80, .masks = true, .link = AX_LINK_LIVE, .keys = "5",
      .history = { 300, .task = AX_TASK_POSE } },
    { "pose-color-160x48", 48, 160, .masks = true, .color = true, .link = AX_LINK_LIVE, .keys = "5",
      .history = { 300, .task = AX_TASK_POSE } },
    { "pose-160x48-ascii", 48, 160, .ascii = true, .masks = true, .link = AX_LINK_LIVE, .keys = "5]",
      .history = { 300, .task = AX_TASK_POSE } },
    { "mask-theme-256-80x24", 24, 80, .masks = true, .color = true, .theme = "256", .link = AX_LINK_LIVE, .keys = "5",
      .history = { 300 } },
    { "mask-over-theme-256-80x24", 24, 80, .masks = true, .color = true, .theme = "256", .link = AX_LINK_LIVE,
      .keys = "5v", .history = { 300 } },
    { "depth-theme-256-80x24", 24, 80, .masks = true, .color = true, .theme = "256", .link = AX_LINK_LIVE, .keys = "5",
      .history = { 300, .task = AX_TASK_DEPTH } },
    { "pose-theme-256-80x24", 24, 80, .masks = true, .color = true, .theme = "256", .link = AX_LINK_LIVE, .keys = "5",
      .history = { 300, .task = AX_TASK_POSE } },
    { "mask-none-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "5", .history = { 1 } },
    { "log-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "6", .history = { 300 } },
    { "log-back-80x24-ascii", 24, 80, .ascii = true, .link = AX_LINK_LIVE, .keys = "6kkk", .history = { 300 } },
    { "log-news-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "6\tkk", .history = { 300 } },
    { "log-trouble-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "6\t\t", .history = { 300 } },
    { "log-of-one-160x48", 48, 160, .link = AX_LINK_LIVE, .keys = ":goto 17\r6\t\t\t",
      .history = { 40, .full = true } },
    { "log-open-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "6kkkkkkk\r", .history = { 300 } },
    { "log-back-again-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "6kkkkkkk\r\r", .history = { 300 } },
    { "pareto-front-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "4lh><<<", .history = { 300 } },
    { "pareto-cheapest-160x48", 48, 160, .link = AX_LINK_LIVE, .keys = "4<<<<<<<<<<<<", .history = { 300 } },
    { "log-oldest-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "6g", .history = { 4000 } },
    { "policy-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "7", .history = { 300, .policy = true } },
    { "policy-160x48", 48, 160, .link = AX_LINK_LIVE, .keys = ":goto 302\r7",
      .history = { 300, .forked = true, .policy = true } },
    { "policy-none-80x24-ascii", 24, 80, .ascii = true, .link = AX_LINK_LIVE, .keys = "7", .history = { 40 } },
    { "train-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "8", .history = { 40, .full = true } },
    { "train-80x24-ascii", 24, 80, .ascii = true, .link = AX_LINK_LIVE, .keys = "8L", .history = { 40, .full = true } },
    { "train-search-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "8j", .history = { 40 } },
    { "train-stages-80x24", 24, 80, .link = AX_LINK_LIVE, .settings = &two_stages, .keys = "8",
      .history = { 40, .full = true } },
    { "train-stages-160x48-ascii", 48, 160, .ascii = true, .link = AX_LINK_LIVE, .settings = &two_stages, .keys = "8",
      .history = { 40, .full = true } },
    { "train-160x48", 48, 160, .link = AX_LINK_LIVE, .keys = "8", .history = { 40, .full = true } },
    { "train-60x16", 16, 60, .link = AX_LINK_LIVE, .keys = "8", .history = { 40, .full = true } },
    { "train-ended-80x24", 24, 80, .link = AX_LINK_LOST, .keys = "8", .history = { 40, .bye = "stopped" } },
    { "help-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "?", .history = { 40 } },
    { "help-160x48", 48, 160, .link = AX_LINK_LIVE, .keys = "?", .history = { 40 } },
    { "prune-marked-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "jmmmx", .history = { 40 } },
    { "stop-asks-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "Q", .history = { 40 } },
    { "note-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "awide receptive field, small", .history = { 40 } },
    { "submit-wrong-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = ":submit [[11,[0,0,5,2]\r", .history = { 40 } },
    { "paste-offer-80x24", 24, 80, .link = AX_LINK_LIVE, .history = { 40 },
      .paste = "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],\n [[3,3],[3,2],[3,0]]]\n" },
    { "paste-ignored-80x24", 24, 80, .link = AX_LINK_LIVE, .history = { 40 }, .paste = "prune xx\r" },
    { "paste-full-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "a", .history = { 40 },
      .paste = "What a paper says of it, from its abstract to the last table, is far too long for a note at a row:\n"
               "a note is one line of two hundred bytes, which is enough for the reason of a decision and its date, "
               "and for nothing else.\n" },
    { "no-engine-key-80x24", 24, 80, .link = AX_LINK_NONE, .keys = "x", .history = { 40 } },
    { "handmade-table-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "2:goto 42\r", .history = { 40, .forked = true } },
    { "handmade-cell-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = ":goto 42\r3", .history = { 40, .forked = true } },
    { "handmade-cell-160x48", 48, 160, .link = AX_LINK_LIVE, .keys = ":goto 42\r3", .history = { 40, .forked = true } },
    { "handmade-cell-160x48-ascii", 48, 160, .ascii = true, .link = AX_LINK_LIVE, .keys = ":goto 42\r3",
      .history = { 40, .forked = true } },
    { "edit-40x12", 12, 40, .link = AX_LINK_LIVE, .keys = "c+", .history = { 40 } },
    { "edit-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = ":goto 2\rcjj+jl2", .history = { 40, .forked = true } },
    { "edit-160x48", 48, 160, .link = AX_LINK_LIVE, .keys = ":goto 2\rcjjjjjj10kkl1jjjjj-", .history = { 40 } },
    { "edit-known-80x24-ascii", 24, 80, .ascii = true, .link = AX_LINK_LIVE, .keys = ":goto 2\rcjjj2jjl3hj4jjjl5",
      .history = { 40, .forked = true } },
    { "edit-counted-80x24", 24, 80, .counted = 3, .link = AX_LINK_LIVE, .keys = ":goto 2\rc+", .history = { 40 } },
    { "edit-counting-80x24", 24, 80, .counted = 2, .link = AX_LINK_LIVE, .keys = ":goto 2\rc+", .history = { 40 } },
    { "edit-counted-60x16", 16, 60, .counted = 3, .link = AX_LINK_LIVE, .keys = ":goto 2\rc++jjjjjjjjjjj+",
      .history = { 40 } },
    { "edit-uncounted-80x24", 24, 80, .counted = -1, .link = AX_LINK_LIVE, .keys = ":goto 2\rc+", .history = { 40 } },
    { "help-40x12", 12, 40, .link = AX_LINK_LIVE, .keys = "?", .history = { 40 } },
    { "help-edit-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = ":goto 2\rc?", .history = { 40 } },
    { "help-compare-80x24-ascii", 24, 80, .ascii = true, .link = AX_LINK_LIVE, .keys = ":goto 42\r=?",
      .history = { 40, .forked = true } },
    { "tiny-help-19x4", 4, 19, .link = AX_LINK_LIVE, .keys = "?", .history = { 300 } },
    { "no-plot-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "2z", .history = { 40 } },
    { "compare-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = ":goto 42\r=", .history = { 40, .forked = true } },
    { "compare-wiring-80x24-ascii", 24, 80, .ascii = true, .link = AX_LINK_LIVE, .keys = ":goto 42\r=\t",
      .history = { 40, .forked = true } },
    { "compare-160x48", 48, 160, .link = AX_LINK_LIVE, .keys = ":goto 42\r=jj", .history = { 40, .forked = true } },
    { "find-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "2fsep5x5_d6 params<3M\rnn", .history = { 300 } },
    { "crosshair-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "i<<", .history = { 300 } },
    { "crosshair-160x48-ascii", 48, 160, .ascii = true, .link = AX_LINK_LIVE, .keys = "jjiw", .history = { 1284 } },
    { "log-plot-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "Lww", .history = { 300 } },
    { "zoom-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "zz<", .history = { 300 } },
    { "zoom-160x48", 48, 160, .masks = true, .link = AX_LINK_LIVE, .keys = "zzz", .history = { 1284 } },
    { "mask-zoom-80x24", 24, 80, .masks = true, .link = AX_LINK_LIVE, .keys = "5zz{>", .history = { 300 } },
    { "narrow-40x12", 12, 40, .link = AX_LINK_LIVE, .history = { 300 } },
    { "narrow-40x12-ascii", 12, 40, .ascii = true, .link = AX_LINK_LIVE, .keys = "jj", .history = { 300 } },
    { "cell-60x16", 16, 60, .link = AX_LINK_LIVE, .keys = "3", .history = { 300 } },
    { "cell-116x34", 34, 116, .link = AX_LINK_LIVE, .keys = "3jj", .history = { 300 } },
    { "cell-120x34", 34, 120, .link = AX_LINK_LIVE, .keys = "3jjjj", .history = { 300 } },
    { "help-log-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "6?", .history = { 40 } },
    { "help-pareto-80x24-ascii", 24, 80, .ascii = true, .link = AX_LINK_LIVE, .keys = "4?", .history = { 40 } },
    { "help-states-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "?   j", .history = { 40 } },
    { "help-200x60", 60, 200, .link = AX_LINK_LIVE, .keys = "8?", .history = { 40 } },
    { "table-200x60", 60, 200, .link = AX_LINK_LIVE, .keys = "2", .history = { 300 } },
    { "mouse-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "%", .history = { 40 } },
    { "command-loosely-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = ":zoi", .history = { 40 } },
    { "demote-refused-80x24", 24, 80, .link = AX_LINK_NONE, .keys = "-", .history = { 40 } },
    { "train-40x12", 12, 40, .link = AX_LINK_LIVE, .keys = "8", .history = { 40 } },
    { "log-search-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "6/#28\rnn", .history = { 300 } },
    { "log-search-none-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = "6\t/nowhere\r", .history = { 300 } },
    { "log-searching-80x24-mono", 24, 80, .theme = "mono", .link = AX_LINK_LIVE, .keys = "6/PRUN\rN/",
      .history = { 300 } },
    { "log-160x48-ascii", 48, 160, .ascii = true, .link = AX_LINK_LIVE, .keys = "6\t", .history = { 300 } },
    { "table-mono-100x30", 30, 100, .theme = "mono", .link = AX_LINK_LIVE, .keys = "2jjm", .history = { 300 } },
    { "cell-true-160x48", 48, 160, .theme = "true", .link = AX_LINK_LIVE, .keys = "3", .history = { 300 } },
    { "failed-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = ":goto 23\r3", .history = { 40 } },
    { "failed-160x48", 48, 160, .link = AX_LINK_LIVE, .keys = ":goto 23\r3", .history = { 40 } },
    { "help-60x16", 16, 60, .link = AX_LINK_LIVE, .keys = "?GG", .history = { 40 } },
    { "command-wrong-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = ":prolong 12\r", .history = { 40 } },
    { "command-wrong-60x16", 16, 60, .link = AX_LINK_LIVE, .keys = ":prolong 12\r", .history = { 40 } },
    { "command-typing-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = ":p", .history = { 40 } },
    { "command-usage-80x24", 24, 80, .link = AX_LINK_LIVE, .keys = ":pru\t", .history = { 40 } },
    { "narrow-listing-40x12", 12, 40, .link = AX_LINK_LIVE, .keys = ":so\t", .history = { 40 } },
    { "narrow-question-40x12", 12, 40, .link = AX_LINK_LIVE, .keys = "Q", .history = { 40 } },
    { "narrow-view-40x12", 12, 40, .link = AX_LINK_LIVE, .keys = "3", .history = { 300 } },
    { "tiny-key-19x4", 4, 19, .link = AX_LINK_LIVE, .keys = "3", .history = { 300 } },
    { "tiny-19x4", 4, 19, .link = AX_LINK_LIVE, .history = { 300 } },
};
enum { SCREENS = sizeof screens / sizeof *screens };

static void fold(void *context, ax_event *ev)
{
    ax_state_fold(context, ev);
}

/* Answers as the engine gives them, in the order in which the editor asks. */
static void count(ax_ui *ui, int answers)
{
    ax_edit *e = ui->context_slot[AX_CONTEXT_EDIT];
    const ax_genotype *g;
    for (int i = 0; i < abs(answers) && ax_ui_is_open(ui, AX_CONTEXT_EDIT) && (g = ax_edit_uncounted(e)); i++) {
        ax_edit_cost cost = { .known = answers < 0 ? AX_COST_FAILED : AX_COST_KNOWN,
                              .params = 2300000 + 12345 * g->value[0],
                              .macs = 9400000000 - 40000000 * g->value[0],
                              .stride = 4,
                              .memory = 212 << 20,
                              .error = "folder:/data: cannot open: No such file or directory" };
        ax_edit_counted(e, g, &cost);
    }
}

static void draw(const screen *s, ax_str *out)
{
    ax_state state;
    ax_ui ui;
    ax_canvas c;
    ax_err err;
    ax_maskfile masks;
    memset(&masks, 0, sizeof masks);
    ax_state_init(&state);
    double now = s->loading ? AX_HISTORY_START : ax_history_play(&s->history, fold, &state);
    state.damage = (ax_damage) { .places = s->lost > 0, .offset = 4711, .bytes = 60 * s->lost, .events = s->lost };
    if (s->link != AX_LINK_LIVE)
        ax_state_engine_died(&state);
    assert_int_equal(ax_ui_init(&ui, &state, "voc-01", &err), AX_OK);
    ui.now = now + s->later;
    ui.loading = s->loading ? 0.43 : 1;
    ui.can_resume = true;
    ui.link = s->link;
    ui.replay = (ax_replay) { .on = s->replay > 0, .speed = 60, .at = s->replay, .total = 5400 };
    ui.readonly = ui.replay.on;
    ui.channels = 48;
    ui.settings = s->settings;
    ui.repeats = 1;
    ui.color = s->color;
    if (s->masks) {
        assert_true(ax_made_masks(s->history.task, &masks));
        ax_ui_show_masks(&ui, &masks);
    }
    ax_ui_refresh(&ui);
    ax_ui_arrange(&ui, s->rows, s->cols);
    ui.can_count = s->counted != 0;
    if (s->tour)
        ax_ui_open(&ui, AX_CONTEXT_TOUR);
    for (const char *k = s->keys; k && *k; k++) {
        if (!k[1])
            count(&ui, s->counted < 2 ? s->counted : 2);
        ax_ui_key(&ui, (unsigned char)*k);
        ax_ui_arrange(&ui, s->rows, s->cols);
    }
    count(&ui, s->counted < 0 ? s->counted : s->counted - 2);
    if (s->paste)
        ax_ui_paste(&ui, s->paste, true);
    ax_canvas_init(&c, s->ascii ? &ax_glyphs_ascii : &ax_glyphs_unicode);
    assert_int_equal(ax_canvas_resize(&c, s->rows, s->cols, &err), AX_OK);
    int cursor;
    assert_int_equal(ax_draw_screen(&c, &ui, &cursor, &err), AX_OK);
    c.theme = s->theme ? ax_theme_named(s->theme) : NULL;
    if (s->theme)
        ax_canvas_ansi(&c, out);
    else
        ax_canvas_text(&c, out);
    ax_canvas_release(&c);
    ax_ui_release(&ui);
    ax_maskfile_release(&masks);
    ax_state_release(&state);
}

static void compare(const char *name, const ax_str *drawn)
{
    char path[256];
    snprintf(path, sizeof path, "tests/golden/screens/%s.txt", name);
    assert_true(ax_str_ok(drawn));
    if (getenv("AX_UPDATE_GOLDEN")) {
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fputs(drawn->text, f);
        fclose(f);
        return;
    }
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("%s is missing", path);
    char *golden = calloc(1, drawn->len + 2);
    assert_non_null(golden);
    size_t n = fread(golden, 1, drawn->len + 1, f);
    fclose(f);
    if (n != drawn->len || memcmp(golden, drawn->text, n))
        fail_msg("%s differs; now it is:\n%s", path, drawn->text);
    free(golden);
}

TEST(screens_are_as_recorded)
{
    for (int i = 0; i < SCREENS; i++) {
        ax_str out;
        ax_str_init(&out, 0);
        draw(&screens[i], &out);
        compare(screens[i].name, &out);
        if (screens[i].ascii)
            for (size_t k = 0; k < out.len; k++)
                assert_true((unsigned char)out.text[k] < 0x80);
        ax_str_release(&out);
    }
}

TEST(offers_are_as_recorded)
{
    static const struct {
        const char *name;
        int rows, cols, runs;
        bool helps, asks;
        const char *message;
    } offer[] = {
        { "offer-empty-80x24", 24, 80, 0, .helps = false },
        { "offer-runs-80x24", 24, 80, 3, .helps = false },
        { "offer-keys-80x24", 24, 80, 3, .helps = true },
        { "offer-empty-40x12", 12, 40, 0, .helps = false },
        { "offer-runs-40x12", 12, 40, 3, .helps = false },
        { "offer-runs-20x5", 5, 20, 3, .helps = false },
        { "offer-asks-40x12", 12, 40, 3, .asks = true },
        { "offer-message-40x12", 12, 40, 3,
          .message = "demo-2: its engine runs; 'auxcell stop demo-2' ends it before it is removed" },
    };
    for (size_t k = 0; k < sizeof offer / sizeof *offer; k++) {
        int n = offer[k].runs;
        ax_offers *list = calloc(1, sizeof *list);
        assert_non_null(list);
        list->can_demo = list->can_resume = true;
        list->helps = offer[k].helps;
        list->asks = offer[k].asks;
        snprintf(list->message, sizeof list->message, "%s", offer[k].message ? offer[k].message : "");
        list->n = n;
        for (int i = 0; i < n; i++)
            snprintf(list->item[i].name, sizeof list->item[i].name, "demo-%d", 3 - i);
        list->now = AX_HISTORY_START;
        ax_keymap_init(&list->keys);
        for (int i = 0; i + 1 < n; i++) {
            ax_offer_item *item = &list->item[i];
            item->read = true;
            item->ended = 40 + (uint32_t)i;
            item->planned = 60;
            item->best = 17;
            item->reward = 0.5358;
            item->newest = AX_HISTORY_START - 400 - 90000 * i;
            snprintf(item->state, sizeof item->state, i ? "finished" : "interrupted");
            snprintf(item->task, sizeof item->task, "segmentation");
            snprintf(item->data, sizeof item->data, "scenes");
            snprintf(item->last, sizeof item->last, "finished: 41 candidates, best .5358 (#17)");
        }
        list->selected = n ? 1 : 0;
        ax_canvas c;
        ax_str out;
        ax_err err;
        ax_canvas_init(&c, &ax_glyphs_unicode);
        ax_str_init(&out, 0);
        assert_int_equal(ax_canvas_resize(&c, offer[k].rows, offer[k].cols, &err), AX_OK);
        ax_draw_offer(&c, list);
        ax_canvas_text(&c, &out);
        compare(offer[k].name, &out);
        ax_str_release(&out);
        ax_canvas_release(&c);
        free(list);
    }
}

/* Every view at every size: nothing is written outside (the sanitizer would notice), and every line is full. */
TEST(any_size_can_be_drawn)
{
    ax_state s;
    ax_ui ui;
    ax_canvas c;
    ax_err err;
    ax_state_init(&s);
    double now = ax_history_play(&(ax_history) { .candidates = 60, .pruned = true, .policy = true }, fold, &s);
    assert_int_equal(ax_ui_init(&ui, &s, "voc-01", &err), AX_OK);
    ui.now = now;
    ui.link = AX_LINK_LIVE;
    ax_canvas_init(&c, &ax_glyphs_unicode);
    for (int rows = 1; rows <= 120; rows = rows < 30 ? rows + 1 : rows + 15)
        for (int cols = 1; cols <= 400; cols = cols < 90 ? cols + 3 : cols + 31)
            for (int view = 0; view < AX_VIEW_COUNT; view++) {
                ui.view = (ax_view_id)view;
                ui.n_over = 0;
                ax_ui_selection(&ui)->selected = 5;
                int over = (rows + cols) % AX_CONTEXT_COUNT;
                if (over == AX_CONTEXT_PROMPT)
                    ax_ui_prompt(&ui, AX_ASK_NOTE, "x");
                else if (over == AX_CONTEXT_QUESTION)
                    ax_ui_question(&ui, AX_ASK_STOP, 0, NULL);
                else if (over)
                    ax_ui_open(&ui, (ax_context_id)over);
                ax_ui_refresh(&ui);
                ax_ui_arrange(&ui, rows, cols);
                int cursor;
                assert_int_equal(ax_canvas_resize(&c, rows, cols, &err), AX_OK);
                assert_int_equal(ax_draw_screen(&c, &ui, &cursor, &err), AX_OK);
            }
    ax_canvas_release(&c);
    ax_ui_release(&ui);
    ax_state_release(&s);
}

int main(void)
{
    setenv("TZ", "UTC", 1);
    return RUN_TESTS(screens_are_as_recorded, offers_are_as_recorded, any_size_can_be_drawn);
}
