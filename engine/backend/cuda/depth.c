/* DEPTH_LOSS; its backward is that of CE. */
#include "engine/backend/cuda/device.h"

enum { SCAN = 4, PART = 3 }; /* numbers left by each block */

static const ax_cuda_grid one_block = { 1, 1, 1, AX_CUDA_THREADS };

/* Scratch: the first pass's numbers, the second's, and the share of the pixels with the largest error. */
AX_CUDA_PREPARE(ax_cuda_depth_loss_prepare)
{
    size_t pixels = ax_cuda_pixels(call->in[0].type.shape);
    *work = ax_cuda_align(ax_cuda_scan_blocks(pixels) * SCAN * sizeof(double)) +
            ax_cuda_align(ax_cuda_blocks(pixels) * PART * sizeof(double)) + sizeof(float);
    return AX_OK;
}

AX_CUDA_RUN(ax_cuda_depth_loss_forward)
{
    const float *p = call->in[0].mem, *truth = call->in[1].mem;
    float *grad = call->out[1].mem, least = call->attr.depth.least;
    size_t pixels = ax_cuda_pixels(call->in[0].type.shape), scans = ax_cuda_scan_blocks(pixels),
           blocks = ax_cuda_blocks(pixels);
    int kind = call->attr.depth.kind;
    double *scan = call->work, *part = (double *)(void *)((char *)scan + ax_cuda_align(scans * SCAN * sizeof *scan));
    float *share = (float *)(void *)((char *)part + ax_cuda_align(blocks * PART * sizeof *part));
    ax_cuda_grid grid = { blocks, 1, 1, AX_CUDA_THREADS };
    ax_k_depth_scan_args s = { p, truth, scan, pixels, kind, least };
    ax_code code = ax_cuda_launch(dev, AX_K_depth_scan, (ax_cuda_grid) { scans, 1, 1, AX_CUDA_THREADS }, &s, err);
    ax_k_depth_loss_args l = { p, truth, scan, grad, part, pixels, scans, kind, least };
    if (code == AX_OK)
        code = ax_cuda_launch(dev, AX_K_depth_loss, grid, &l, err);
    ax_k_depth_final_args f = { scan, part, call->out[0].mem, share, pixels, scans, blocks, kind };
    if (code == AX_OK)
        code = ax_cuda_launch(dev, AX_K_depth_final, one_block, &f, err);
    ax_k_depth_share_args r = { p, truth, share, scan, grad, pixels, scans };
    if (code == AX_OK && grad && kind == AX_BERHU_LINEAGE)
        code = ax_cuda_launch(dev, AX_K_depth_share, grid, &r, err);
    return code;
}
