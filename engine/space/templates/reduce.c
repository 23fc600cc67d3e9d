/* Reduces the template space's genotype to the decisions that its network depends on. */
#include "engine/space/templates/expanded.h"
#include "engine/space/builder.h"

static void swap(uint8_t pair[2])
{
    const uint8_t first = pair[0];
    pair[0] = pair[1];
    pair[1] = first;
}

/* Merges equal templates into the first of them. */
static void merge_templates(ax_templates *t)
{
    for (int b = 0; b < AX_TEMPLATE_BLOCKS; b++)
        for (uint8_t k = 0; k < t->block[b].template; k++)
            if (!memcmp(&t->template[k], &t -> template[t->block[b].template], sizeof(ax_template)))
                t->block[b].template = k;
}

/* Orders a block's pairs of input and operation, which may be swapped unless the block repeats: the smaller operation
   comes first when no repeating block uses the template, and the smaller position when both operations are equal. */
static void order_sides(ax_templates *t)
{
    for (int k = 0; k < AX_TEMPLATES; k++) {
        bool repeats = false;
        ax_template *template = &t->template[k];
        for (int b = 0; b < AX_TEMPLATE_BLOCKS; b++)
            repeats = repeats || (t->block[b].template == k && t->block[b].repeat);
        bool turn = !repeats && template->op[1] < template->op[0];
        if (turn)
            swap(template->op);
        for (int b = 0; b < AX_TEMPLATE_BLOCKS; b++) {
            ax_template_block *block = &t->block[b];
            if (block->template != k)
                continue;
            if (turn)
                swap(block->pos);
            if (!block->repeat && template->op[0] == template->op[1] && block->pos[1] < block->pos[0])
                swap(block->pos);
        }
    }
}

void ax_templates_reduce(const ax_genotype *g, bool concat, uint8_t out[static AX_MAX_DECISIONS])
{
    (void)concat; /* concat concerns the cells only */
    ax_templates t = ax_templates_of(g);
    uint8_t number[AX_TEMPLATES], n = 0; /* new number of each template, by first use */
    merge_templates(&t);
    order_sides(&t);
    merge_templates(&t); /* some may be equal now */
    memset(number, AX_REDUCED_DEAD, sizeof number);
    memset(out, AX_REDUCED_DEAD, sizeof t.template);
    for (int b = 0; b < AX_TEMPLATE_BLOCKS; b++) {
        uint8_t k = t.block[b].template;
        if (number[k] == AX_REDUCED_DEAD) {
            memcpy(out + n * sizeof(ax_template), &t.template[k], sizeof(ax_template));
            number[k] = n++;
        }
        t.block[b].template = number[k];
    }
    memcpy(out + sizeof t.template, t.block, sizeof t.block);
}
