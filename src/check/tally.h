/** \file
 * What a self-test has found so far.
 */
#pragma once

#include <ripple/selftest.h>

typedef struct {
    GArray *groups; /**< of RippleSelftestGroup */
    guint cases;
    char *failure; /**< the first, or NULL */
} RippleTally;

RippleTally *ripple_tally_new(void);
void ripple_tally_free(RippleTally *tally);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleTally, ripple_tally_free)

/** Frees what a RippleSelftestGroup holds. */
void ripple_selftest_group_clear(gpointer group);

/** Position of the group of that name, which is added when there is none. */
guint ripple_tally_group(RippleTally *tally, const char *name, const char *kernels);

/** Where numbers come from, for messages. */
typedef struct {
    guint group;
    const char *what;   /**< "forward of layer 0 (17 → 33 tanh), batch 31, by panel" */
    const char *tensor; /**< "a" */
} RippleTallyPlace;

/** Hold `found` against `expected`, rows × columns; element i may differ by allowed[i], or none may
 * when `allowed` is NULL. `damage` is that of ripple_guarded_read(). */
void ripple_tally_hold(RippleTally *tally, const RippleTallyPlace *place, const gdouble *found,
                       const gdouble *expected, const gdouble *allowed, gsize rows, gsize columns,
                       gssize damage);
