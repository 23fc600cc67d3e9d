#include "engine/train/survey.h"

#define ROW(id, name, stops, doc) { name, doc, stops },
static const struct {
    const char *name, *doc;
    bool stops;
} table[] = { AX_FINDING_LIST(ROW) };

const char *ax_finding_name(ax_finding f, bool *stops, const char **doc)
{
    *stops = table[f].stops;
    *doc = table[f].doc;
    return table[f].name;
}

bool ax_survey_bad(const ax_survey *s)
{
    for (int f = 0; f < AX_FINDINGS; f++)
        if (s->found[f].n && table[f].stops)
            return true;
    return false;
}
