/* The CUDA plugin auxcell-cuda.so in this process, on the emulated libraries of tests/cuda/emu. */
#ifndef AX_TEST_EMULATED_H
#define AX_TEST_EMULATED_H

#include "engine/op/backend.h"

/* NULL, after printing the reason, if this build has no plugin or no emulation: the test should be skipped. Fails the
   test if they exist and can't be loaded. checked, at the first call: every access of kernels is checked (slow). */
const ax_backend *ax_emulated_backend(bool checked);
/* Opens the first device, checked; skips the test without a backend, and fails it if the device doesn't open. */
ax_device *ax_emulated_open(const ax_backend **be);
/* Opens the first device with these options; a failure fails the test. */
ax_device *ax_emulated_device(const ax_backend *be, ax_device_options options);
/* Runs the threads and blocks of the following launches in reverse order. */
void ax_emulated_backwards(bool on);
/* The number of objects (memory, streams, descriptors, ...) that haven't been released. */
long ax_emulated_live(void);
/* Lets the nth call from now fail as if memory had run out; if lost, it and every later one as if the device were gone;
   0: none. */
void ax_emulated_fail(long nth, bool lost);
/* The call that failed since then, "" = none; the name of the nth call since then, NULL = there were fewer. */
const char *ax_emulated_failed(void);
const char *ax_emulated_call(long nth);
/* How often a function was called since then. */
int ax_emulated_calls(const char *name);

#endif
