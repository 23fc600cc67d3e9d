/* Marks a parameter that a function has only because its type wants it. */
#ifndef AX_BASE_UNUSED_H
#define AX_BASE_UNUSED_H

#define AX_UNUSED __attribute__((unused))

#endif
