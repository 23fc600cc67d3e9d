/* A genotype as text, which must print as an equivalent text; and an edit of one. */
#include "engine/space/change.h"
#include "engine/space/genotype.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), printed[AX_GENOTYPE_TEXT];
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    ax_genotype g, again, edited = { 0 };
    ax_err err = { AX_OK, "" };
    ax_code code = ax_genotype_parse(text, &g, &err);
    fuzz_said_why(code, &err);
    if (code == AX_OK &&
        (ax_genotype_parse(ax_genotype_print(&g, printed), &again, NULL) != AX_OK || memcmp(&g, &again, sizeof g) != 0))
        abort();
    err = (ax_err) { AX_OK, "" };
    code = ax_genotype_edit(&edited, text, &err);
    fuzz_said_why(code, &err);
    if (code == AX_OK && ax_genotype_validate(&edited, NULL) != AX_OK)
        abort();
    free(text);
    return 0;
}
