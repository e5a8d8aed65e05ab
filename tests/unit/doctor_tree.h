/** \file
 * Machines that are made up: trees that stand for "/", and what is found there.
 */
#pragma once

#include "doctor/doctor.h"

/** Enough for PoCL on a busy machine; and for those that should hang. */
#define PATIENCE_SECONDS 120
#define IMPATIENCE_SECONDS 0.3

/** The program that probes: this one. */
extern char *program;

/** A path that this user may not use, or NULL. Freed with the tree. */
extern char *forbidden;

typedef struct {
    char *root;
    char *vendors;
} Tree;

void tree_set_up(Tree *tree, gconstpointer data);
void tree_tear_down(Tree *tree, gconstpointer data);
void remove_tree(const char *path);

/** A file of the tree; returns its path. */
char *plant(const Tree *tree, const char *name, const char *contents);
void plant_away(const Tree *tree, const char *name, const char *contents);

/** An .icd file that names `library`; one of tests/unit/drivers; the driver of this machine. */
void plant_driver(const Tree *tree, const char *name, const char *library);
void plant_broken(const Tree *tree, const char *name);
void plant_pocl(const Tree *tree);

/** A GPU on the PCI bus. `driver`, of the kernel, may be NULL. */
void plant_gpu(const Tree *tree, const char *address, const char *vendor, const char *driver);

/** Examine the tree, by processes of this program, or of `prober`. */
RippleDoctor *examine(const Tree *tree, gdouble seconds);
RippleDoctor *examine_by(const Tree *tree, const char *prober, gdouble seconds);

/** The one finding whose subject holds `subject`, or NULL. */
const RippleFinding *find(const RippleDoctor *doctor, RippleTopic topic, const char *subject);

/** The finding about `subject` is so, says `words`, and is mended by what ends in `cure` (NULL for
 * nothing). */
void check(const RippleDoctor *doctor, RippleTopic topic, const char *subject,
           RippleFindingState state, const char *words, const char *cure);
