/* The CUDA plugin auxcell-cuda.so in this process, on the emulated libraries of tests/cuda/emu. */
#ifndef AX_TEST_EMULATED_H
#define AX_TEST_EMULATED_H

#include "engine/op/backend.h"

/* NULL, after a line that says so: this build has no plugin or no emulation, the test is to be skipped. Fails the test
   when they are there and don't load. checked, at the first call: every access of kernels is looked at (slow). */
const ax_backend *ax_emulated_backend(bool checked);
/* Opens its first device, checked; without a backend the test is skipped, and one that doesn't open fails it. */
ax_device *ax_emulated_open(const ax_backend **be);
/* Runs threads and blocks of the coming launches the other way round. */
void ax_emulated_backwards(bool on);
/* Objects (memory, streams, descriptors, ...) that nobody has released. */
long ax_emulated_live(void);
/* Lets the nth call from now fail as if memory ran out, or, if lost, it and every later one as if the device had gone;
   0: none. */
void ax_emulated_fail(long nth, bool lost);
/* The call that failed since then, "" = none; the name of the nth call since then, NULL = there were fewer. */
const char *ax_emulated_failed(void);
const char *ax_emulated_call(long nth);

#endif
