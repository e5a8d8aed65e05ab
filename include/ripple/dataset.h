/** \file
 * A data set in memory: inputs of one width, and a class label or some numbers as target.
 */
#pragma once

#include <ripple/macros.h>

G_BEGIN_DECLS

/** What a sample's target is. */
typedef enum {
    RIPPLE_TARGET_LABELS, /**< one class label a sample */
    RIPPLE_TARGET_VALUES, /**< `targets` numbers a sample */
    RIPPLE_TARGET_NONE,   /**< none: data to predict on */
} RippleTargetKind;

/** How raw inputs become what the network sees. */
typedef enum {
    RIPPLE_SCALING_AUTO, /**< unit for images of bytes, standardise for tables */
    RIPPLE_SCALING_NONE, /**< as they are */
    RIPPLE_SCALING_UNIT, /**< bytes divided by 255, so 0…1; table columns mapped to 0…1 */
    RIPPLE_SCALING_STANDARDISE, /**< (x − mean) / deviation, by column, from the training samples */
} RippleScaling;

/** What is done to each input column before the network sees it: x·scale + shift. Learnt from the
 * training samples, kept in the model file, applied to whatever is predicted on. */
typedef struct {
    guint columns; /**< length of the arrays: the width of the input, or 1 for one pair for all */
    gdouble *scale;
    gdouble *shift;
} RippleTransform;

/** Samples and their targets. Inputs are bytes or floats, never both; exactly one pointer is set.
 */
typedef struct {
    char *source; /**< where it came from, for messages */
    gsize samples;
    guint inputs;
    guint8 *input_bytes;  /**< samples × inputs, row-major, or NULL */
    gfloat *input_values; /**< samples × inputs, row-major, or NULL */
    char **input_names;   /**< NULL-terminated column names, or NULL for images */
    guint image_height;   /**< pixels; 0 when the inputs are no image */
    guint image_width;

    RippleTargetKind target_kind;
    guint32 *labels; /**< samples, each below `classes`; LABELS only */
    guint classes;
    char **class_names;    /**< NULL-terminated, `classes` long; LABELS only */
    gfloat *target_values; /**< samples × targets, row-major; VALUES only */
    guint targets;
    char **target_names; /**< NULL-terminated names of a table's target columns: one for
                              LABELS, `targets` for VALUES; NULL for images and NONE */
} RippleDataset;

/** What to read, and how. Strings are borrowed.
 *
 * The spec is one of
 * - "fashion-mnist": datasets/fashion-mnist in the system's data directories (XDG_DATA_DIRS, then
 *   /usr/share), as Debian's package dataset-fashion-mnist has it;
 * - a directory with train-images-idx3-ubyte and train-labels-idx1-ubyte, and perhaps t10k-… or
 *   test-… as test set; each also with ".idx" for "-idx". The classes are "0", "1", …;
 * - a directory with train.csv, and perhaps test.csv; or .tsv;
 * - a CSV or TSV file, which is a training set without a test set.
 *
 * Any of the files may be compressed with gzip and have ".gz" at the end of its name. Tables are
 * UTF-8 text with quotes as in RFC 4180, separated by tabs in .tsv and .tab files, else by commas,
 * or by semicolons when the first line has some and no comma. The first record is a header when it
 * has the name of a wanted column, or a text above a number, or is alone and all texts; without one
 * the columns are called "column 1", "column 2", … Every value that is read must be there. A single
 * target column that begins with a text holds classes; those are ordered as numbers, then as texts.
 */
typedef struct {
    const char *spec;         /**< "fashion-mnist", a directory, or a CSV or TSV file */
    const char *target;       /**< CSV: target columns by name or number from 1, comma between;
                                   NULL for the last column. A name goes before a number. */
    gboolean target_is_class; /**< CSV: take a numeric target column for class labels */
    gboolean target_optional; /**< CSV: where a target column is missing, or is among
                                   `input_names`, there is no error but TARGET_NONE */
    char *const
        *input_names; /**< CSV: the columns a model wants, in its order; NULL for all others */
    char *const *class_names; /**< the classes a model knows, in its order; a label that is not
                                   among them is an error; NULL to collect them from the data */
} RippleDataRequest;

/** The sets that a SPEC names. */
typedef struct {
    RippleDataset *train;
    RippleDataset *test; /**< NULL when the SPEC names a single set */
} RippleData;

/** Read what `request` names. DATA errors name the file and the line or byte. Labels of test sets
 * follow the class order of the training set. */
RIPPLE_API RippleData *ripple_data_load(const RippleDataRequest *request, GError **error);
RIPPLE_API void ripple_data_free(RippleData *data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleData, ripple_data_free)

RIPPLE_API void ripple_dataset_free(RippleDataset *dataset);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleDataset, ripple_dataset_free)

/** The name used on the command line and in configurations; static. */
RIPPLE_API const char *ripple_scaling_name(RippleScaling scaling);
RIPPLE_API gboolean ripple_scaling_parse(const char *name, RippleScaling *scaling, GError **error);

/** Learn the transform from the samples listed in `order` (`count` of them; NULL for the first
 * `count`). The deviation is √(Σ (x − mean)² / count). A column that never varies gets scale 1 and
 * shift −its value. Bytes get one pair for all columns, but for STANDARDISE. */
RIPPLE_API RippleTransform *ripple_transform_learn(const RippleDataset *dataset,
                                                   RippleScaling scaling, const guint32 *order,
                                                   gsize count);
/** Apply `transform` to the inputs of `dataset`, in place. One pair over bytes stays undone: the
 * backend applies it while it gathers, and the data stay four times smaller. Per-column pairs turn
 * bytes into floats. A DATA error when the widths differ. */
RIPPLE_API gboolean ripple_transform_apply(const RippleTransform *transform, RippleDataset *dataset,
                                           GError **error);

/** A transform of `columns` columns that changes nothing: scale 1, shift 0. */
RIPPLE_API RippleTransform *ripple_transform_new(guint columns);
RIPPLE_API void ripple_transform_free(RippleTransform *transform);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleTransform, ripple_transform_free)

G_END_DECLS
