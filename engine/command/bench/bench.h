/* Parts of the bench command. */
#ifndef AX_COMMAND_BENCH_BENCH_H
#define AX_COMMAND_BENCH_BENCH_H

#include "engine/config/option.h"
#include "engine/graph/session.h"
#include "engine/space/decoder.h"

#define AX_BENCH_GENOTYPE "arch0"

/* ---- a step or inference (work.c) ---- */

/* What is measured; all of it comes from the command line. */
typedef struct ax_bench_work {
    const char *genotype, *device;
    int32_t stage, batch, crop, channels, outputs, repeats, threads, runs, graphs;
    int32_t width; /* of inference; 0 = crop */
    bool infer;
    bool together; /* in the order of a backend that runs independent nodes together, and the profile says which */
} ax_bench_work;
/* Fills in what the command line left 0: the sizes of the search, or of inference. */
void ax_bench_defaults(ax_bench_work *o);

enum { AX_BENCH_INPUTS = 6 };
/* Everything that one measurement owns. */
typedef struct ax_bench {
    const ax_bench_work *o; /* borrowed */
    ax_decoder_spec spec;
    ax_session session;
    void *input[AX_BENCH_INPUTS]; /* what the plan's inputs are bound to */
    size_t n_inputs;
    ax_optim adam, sgd;
} ax_bench;

/* Appends what o says to g: a training step with its backward nodes, or inference. *spec becomes its decoder. */
ax_code ax_bench_graph(ax_graph *g, const ax_bench_work *o, ax_decoder_spec *spec, ax_err *err);
/* Opens the device, compiles the graph for it and binds random inputs. Release it also after a failure. */
ax_code ax_bench_init(ax_bench *b, const ax_bench_work *o, ax_err *err);
void ax_bench_release(ax_bench *b);
/* One step, with clipping, optimisers and averages, or one inference; waits for its end. */
ax_code ax_bench_once(ax_bench *b, ax_err *err);
/* Median and least seconds of o->runs runs after two that don't count. */
ax_code ax_bench_measure(ax_bench *b, double *median, double *least, ax_err *err);

/* ---- calls as text and numbers (call.c) ---- */

/* Of a call only types and attributes are read here, and by mem NULL / not NULL what is there. */
/* Forward input i: backward calls list them after the gradients of the outputs. NULL: there is none. */
const ax_operand *ax_bench_input(const ax_call *call, uint32_t i);
/* The type of the forward output 0, or of its gradient. */
const ax_type *ax_bench_output(const ax_call *call);
/* "conv2d 3x3 dw d3", "batchnorm+relu": equal for calls that differ in size and direction only. */
void ax_bench_family(const ax_call *call, char *out, size_t cap);
/* "backward x w 16x64x64x48->48": what else tells calls apart, with the output's shape. */
void ax_bench_variant(const ax_call *call, char *out, size_t cap);
/* Floating-point operations, a multiply-add as two: for convolutions those of the direct sum over the taps inside the
   map, whatever the kernel does; else those of the operation's formula per element. */
double ax_bench_flop(const ax_call *call);
/* Bytes that it can't help moving: every tensor that its kernel reads or writes, once. */
double ax_bench_bytes(const ax_call *call);

/* Prints where the time of a session's plan went, from its profiled runs: equal calls in one row, the longest first,
   each with its least time, share, bytes and speed, and of convolutions what computes them (in JSON also why); if
   asked, as the member "profile" of a JSON object that is open. together: in JSON also the member "groups", of each
   what runs together as indices of rows. */
ax_code ax_bench_profile(const ax_session *s, bool json, bool together, ax_err *err);

/* ---- what bench ops measures (rows.c) ---- */

/* A kernel at a shape. */
typedef struct ax_bench_row {
    char family[80], variant[56];
    const char *where; /* "step1", "step2" or "infer": where the search meets it first */
    ax_call call;      /* unless update: types, attributes, and by mem NULL / not NULL what is wanted */
    const struct ax_bench_update *update;
    size_t n; /* of an update: floats */
    double flop, bytes;
} ax_bench_row;
typedef struct ax_bench_rows {
    ax_bench_row *row;
    size_t n, cap;
} ax_bench_rows;
/* Every kernel that the plans of the search's networks call, once per shape, sorted by family; sizes of o that aren't 0
   replace those of the search. Release it also after a failure. */
ax_code ax_bench_rows_init(ax_bench_rows *rows, const ax_bench_work *o, const ax_backend *be, ax_device *dev,
                           ax_err *err);
void ax_bench_rows_release(ax_bench_rows *rows);

/* Parameter updates (update.c): those of a backend that aren't calls, over n floats. */
typedef struct ax_bench_update {
    const char *name;
    double flop; /* per float */
    int reads, writes;
    ax_code (*run)(const ax_backend *be, ax_device *dev, float *const mem[4], ax_update_now *now, size_t n,
                   ax_err *err);
} ax_bench_update;
extern const ax_update_now ax_bench_update_now; /* what `now` starts with */
enum { AX_BENCH_UPDATES = 4 };
extern const ax_bench_update ax_bench_updates[AX_BENCH_UPDATES];

/* ---- one row alone (alone.c) ---- */

/* How often something is run: at least `runs` times and until that took `ms`; one run before doesn't count. */
typedef struct ax_bench_effort {
    int32_t runs, ms;
} ax_bench_effort;
/* Runs a row with memory of its own, full of random numbers. *seconds: the least time of a run; *said, unless NULL:
   what computes it, where the backend has a choice. */
ax_code ax_bench_alone(const ax_bench_row *row, const ax_backend *be, ax_device *dev, ax_bench_effort effort,
                       double *seconds, ax_explanation *said, ax_err *err);
/* The same for any function. */
ax_code ax_bench_least(ax_code (*run)(void *context, ax_err *err), void *context, ax_bench_effort effort,
                       double *seconds, ax_err *err);

/* ---- the machine (peaks.c, roofline.c) ---- */

typedef struct ax_bench_peaks {
    double flops, bandwidth; /* per second: multiply-adds on registers (two each), and bytes of a sum of large maps */
} ax_bench_peaks;
ax_code ax_bench_peaks_measure(const ax_backend *be, ax_device *dev, ax_bench_effort effort, ax_bench_peaks *out,
                               ax_err *err);
/* Seconds of the fused roofline: only convolutions count, whose inputs, outputs and weights move once at the measured
   bandwidth, or whose best algorithm's products take longer at the peak. Batch norms, activations, sums and resizes
   ride along for nothing. */
double ax_bench_roofline(const ax_plan *plan, const ax_bench_peaks *peaks);

/* ---- subcommands; argv[0] is their name, and they return the exit code ---- */

int ax_bench_ops(int argc, char **argv);
int ax_bench_threads(int argc, char **argv);

#endif
