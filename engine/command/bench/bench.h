/* Internals shared by the parts of the bench command. */
#ifndef AX_COMMAND_BENCH_BENCH_H
#define AX_COMMAND_BENCH_BENCH_H

#include "engine/config/option.h"
#include "engine/graph/session.h"
#include "engine/space/decoder.h"

#define AX_BENCH_GENOTYPE "arch0"

/* ---- a step or inference (work.c) ---- */

/* The workload, from the command line. */
typedef struct ax_bench_work {
    const char *genotype, *device;
    int32_t stage, batch, crop, channels, outputs, repeats, threads, runs, graphs;
    int32_t width; /* for inference; 0 = crop */
    bool infer;
    bool together; /* use the order of a backend that runs independent nodes together, and show the groups in the
                      profile */
} ax_bench_work;
/* Fills in defaults for values left 0: the sizes of the search, or of inference. */
void ax_bench_defaults(ax_bench_work *o);

enum { AX_BENCH_INPUTS = 6 };
/* Everything owned by one measurement. */
typedef struct ax_bench {
    const ax_bench_work *o; /* borrowed */
    ax_decoder_spec spec;
    ax_session session;
    void *input[AX_BENCH_INPUTS]; /* memory bound to the plan's inputs */
    size_t n_inputs;
    ax_optim adam, sgd;
} ax_bench;

/* Appends the workload to g: a training step with its backward nodes, or inference. *spec becomes its decoder. */
ax_code ax_bench_graph(ax_graph *g, const ax_bench_work *o, ax_decoder_spec *spec, ax_err *err);
/* Opens the device, compiles the graph and binds random inputs. Release it even after a failure. */
ax_code ax_bench_init(ax_bench *b, const ax_bench_work *o, ax_err *err);
void ax_bench_release(ax_bench *b);
/* Runs one training step with clipping, optimisers and averages, or one inference; waits for its end. */
ax_code ax_bench_once(ax_bench *b, ax_err *err);
/* Median and minimum seconds of o->runs runs, after two warm-up runs. */
ax_code ax_bench_measure(ax_bench *b, double *median, double *least, ax_err *err);

/* ---- calls as text and numbers (call.c) ---- */

/* These functions read only a call's types and attributes, and whether mem is NULL. */
/* Forward input i (backward calls list inputs behind the gradients of the outputs). NULL: none. */
const ax_operand *ax_bench_input(const ax_call *call, uint32_t i);
/* The type of forward output 0, or of its gradient. */
const ax_type *ax_bench_output(const ax_call *call);
/* "conv2d 3x3 dw d3", "batchnorm+relu": equal for calls that differ only in size and direction. */
void ax_bench_family(const ax_call *call, char *out, size_t cap);
/* "backward x w 16x64x64x48->48": the rest that distinguishes calls, with the output's shape. */
void ax_bench_variant(const ax_call *call, char *out, size_t cap);
/* Floating-point operations, a multiply-add counted as two. For convolutions those of the direct sum over taps inside
   the map, whatever the kernel does; otherwise those of the operation's formula per element. */
double ax_bench_flop(const ax_call *call);
/* Bytes that must be moved: every tensor that the kernel reads or writes, once. */
double ax_bench_bytes(const ax_call *call);

/* Prints how the time of a session's plan is distributed, from profiled runs. Equal calls share a row, longest first,
   with minimum time, share, bytes and speed and, for convolutions, the kernel that computes them (in JSON also why). In
   JSON it is the member "profile" of an open object. together: JSON also gets the member "groups", the rows (by index)
   of each group that runs together. */
ax_code ax_bench_profile(const ax_session *s, bool json, bool together, ax_err *err);

/* ---- what bench ops measures (rows.c) ---- */

/* A kernel at one shape. */
typedef struct ax_bench_row {
    char family[80], variant[56];
    const char *where; /* "step1", "step2" or "infer": its first use in the search */
    ax_call call;      /* unless update: types, attributes, and mem NULL or not */
    const struct ax_bench_update *update;
    size_t n; /* for an update: floats */
    double flop, bytes;
} ax_bench_row;
typedef struct ax_bench_rows {
    ax_bench_row *row;
    size_t n, cap;
} ax_bench_rows;
/* Every kernel that plans of the search's networks call, once per shape, sorted by family; sizes in o that aren't 0
   replace the search's. Release it even after a failure. */
ax_code ax_bench_rows_init(ax_bench_rows *rows, const ax_bench_work *o, const ax_backend *be, ax_device *dev,
                           ax_err *err);
void ax_bench_rows_release(ax_bench_rows *rows);

/* Parameter updates (update.c) of a backend, which aren't calls, over n floats. */
typedef struct ax_bench_update {
    const char *name;
    double flop; /* per float */
    int reads, writes;
    ax_code (*run)(const ax_backend *be, ax_device *dev, float *const mem[4], ax_update_now *now, size_t n,
                   ax_err *err);
} ax_bench_update;
extern const ax_update_now ax_bench_update_now; /* initial content of `now` */
enum { AX_BENCH_UPDATES = 4 };
extern const ax_bench_update ax_bench_updates[AX_BENCH_UPDATES];

/* ---- one row alone (alone.c) ---- */

/* Number of repetitions: at least `runs`, and until `ms` milliseconds have passed; preceded by one warm-up run. */
typedef struct ax_bench_effort {
    int32_t runs, ms;
} ax_bench_effort;
/* Runs a row with its own memory, full of random numbers. *seconds: minimum time of a run; *said, unless NULL: the
   kernel that computes it, where the backend has a choice. */
ax_code ax_bench_alone(const ax_bench_row *row, const ax_backend *be, ax_device *dev, ax_bench_effort effort,
                       double *seconds, ax_explanation *said, ax_err *err);
/* The same for any function. */
ax_code ax_bench_least(ax_code (*run)(void *context, ax_err *err), void *context, ax_bench_effort effort,
                       double *seconds, ax_err *err);

/* ---- the machine (peaks.c, roofline.c) ---- */

typedef struct ax_bench_peaks {
    /* Per second: multiply-adds on registers (counted as two), and bytes of a sum of large maps. */
    double flops, bandwidth;
    double narrow; /* so many times as many multiply-adds on bfloat16 maps */
} ax_bench_peaks;
ax_code ax_bench_peaks_measure(const ax_backend *be, ax_device *dev, ax_bench_effort effort, ax_bench_peaks *out,
                               ax_err *err);
/* Seconds of the fused roofline: only convolutions count. Each takes the time to move its inputs, outputs and weights
   once at the measured bandwidth, or the time of its best algorithm's products at the peak, if longer. Batch norms,
   activations, sums and resizes are free. */
double ax_bench_roofline(const ax_plan *plan, const ax_bench_peaks *peaks);

/* ---- subcommands; argv[0] is their name, and they return the exit status ---- */

int ax_bench_ops(int argc, char **argv);
int ax_bench_threads(int argc, char **argv);

#endif
