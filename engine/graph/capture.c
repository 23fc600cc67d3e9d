#include "engine/graph/capture.h"

#include <stdio.h>

void ax_capture_drop(ax_capture *c, const ax_backend *be, ax_device *dev)
{
    if (c->recorded)
        be->capture.drop(dev, c->recorded);
    c->recorded = NULL;
}

static void give_up(ax_capture *c, const ax_backend *be, ax_device *dev, const ax_err *why)
{
    ax_capture_drop(c, be, dev);
    c->on = false;
    snprintf(c->note, sizeof c->note, "%.*s", (int)sizeof c->note - 1, why->msg);
}

/* A capture that began is always ended, even after an error. */
static ax_code record(ax_capture *c, const ax_backend *be, ax_device *dev, ax_capture_work *work, void *context,
                      ax_err *err)
{
    ax_err end = { AX_OK, "" };
    ax_code code = be->capture.begin(dev, err);
    if (code != AX_OK)
        return code;
    code = work(context, err);
    c->recorded = be->capture.end(dev, &end);
    if (code == AX_OK && !c->recorded)
        *err = end;
    else if (code != AX_OK)
        ax_capture_drop(c, be, dev);
    return code == AX_OK ? end.code : code;
}

ax_code ax_capture_run(ax_capture *c, const ax_backend *be, ax_device *dev, ax_capture_work *work, void *context,
                       ax_err *err)
{
    ax_err why = { AX_OK, "" };
    if (!c->on || !be->capture.begin || !c->warm) {
        c->warm = true;
        return work(context, err);
    }
    ax_code code = c->recorded ? AX_OK : record(c, be, dev, work, context, &why);
    if (code == AX_OK)
        code = be->capture.launch(dev, c->recorded, &why);
    if (code == AX_OK)
        return AX_OK;
    give_up(c, be, dev, &why);
    return work(context, err);
}
