/** \file
 * What is asked of a training run: every option of `ripple train`, from the command line or from an
 * INI file, and the same written down again so that the run can be repeated.
 *
 *     [data]      data, target, test_data, val_split, scaling
 *     [network]   hidden, activation, output_activation, loss, init
 *     [training]  optimizer, momentum, beta1, beta2, epsilon, learning_rate, batch, epochs, steps,
 *                 seed, shuffle
 *     [run]       device, memory_limit, tune, out, log_every, trace, checkpoint_every, keep,
 *                 observe, keep_path
 *
 * docs/formats.md says what each takes. An empty text leaves a name or a path unset.
 */
#pragma once

#include <ripple/dataset.h>
#include <ripple/network.h>
#include <ripple/optimizer.h>

G_BEGIN_DECLS

/** One hidden layer asked for: WIDTH[:ACTIVATION]. */
typedef struct {
    guint width;
    RippleActivation activation; /**< RIPPLE_N_ACTIVATIONS: the configuration's `activation` */
} RippleHiddenLayer;

/** How long the program looks for the fastest way to multiply matrices before it trains. */
typedef enum {
    RIPPLE_TUNE_OFF,   /**< not at all: what is known already is used */
    RIPPLE_TUNE_QUICK, /**< a few seconds, on a device that nothing is known about */
    RIPPLE_TUNE_FULL,  /**< as long as it takes, on any device */
    RIPPLE_N_TUNE_MODES
} RippleTuneMode;

/** What a RippleInterval counts. */
typedef enum {
    RIPPLE_INTERVAL_SECONDS,
    RIPPLE_INTERVAL_STEPS,
    RIPPLE_INTERVAL_EPOCHS,
    RIPPLE_N_INTERVALS
} RippleIntervalUnit;

/** So often; never when `count` is 0. */
typedef struct {
    guint64 count;
    RippleIntervalUnit unit;
} RippleInterval;

typedef struct {
    char *data;        /**< "fashion-mnist", a directory, or a file; NULL until given */
    char *target;      /**< target columns of a table; NULL for the last */
    char *test_data;   /**< a further SPEC to test on; NULL for the test set of `data` */
    gdouble val_split; /**< fraction of the training samples kept for validation, in [0, 1) */
    RippleScaling scaling;

    guint n_hidden;
    RippleHiddenLayer *hidden;
    RippleActivation activation;        /**< of hidden layers that name none */
    RippleActivation output_activation; /**< RIPPLE_N_ACTIVATIONS: the loss's own */
    RippleLoss loss;                    /**< RIPPLE_N_LOSSES: chosen by the targets */
    char *init;                         /**< a safetensors file to start from, or NULL */

    RippleOptimizer optimizer;
    gdouble momentum;      /**< of sgd, in [0, 1) */
    gdouble beta1;         /**< of adam, in [0, 1); NAN: 0.9 */
    gdouble beta2;         /**< of adam, in [0, 1); NAN: 0.999 */
    gdouble epsilon;       /**< of adam, in [10⁻¹⁵, 1); NAN: 10⁻⁸ */
    gdouble learning_rate; /**< NAN: 0.1 for sgd, 0.001 for adam */
    guint64 batch;
    guint64 epochs; /**< ignored when steps > 0 */
    guint64 steps;  /**< 0: as many as the epochs make */
    guint64 seed;
    gboolean shuffle;

    char *device;         /**< a device selector; "auto" at first */
    guint64 memory_limit; /**< bytes of the device's memory that the data may take; 0: half of it */
    RippleTuneMode tune;  /**< what `ripple train` does first; the trainer itself never tunes */
    char *out;            /**< directory for the run's files, or NULL for none */
    guint64 log_every;    /**< steps between lines in metrics.jsonl, 0 for epochs only */
    char *trace;          /**< a file for what the device did when, or NULL for none */
    RippleInterval checkpoint_every; /**< in `out`, beside the one where the run ends */
    guint64 keep;                    /**< newest checkpoints that are kept */
    RippleInterval observe; /**< how often what training does to the network is written down in
                                 `out`; never at first, and not by the clock */
    gboolean keep_path;     /**< and the parameters with it */
} RippleConfig;

/** The defaults: relu, sgd without momentum, the optimizer's own learning rate, batch 128, 5
 * epochs, seed 1, shuffled, device auto, tune quick, no hidden layer, a checkpoint every minute
 * of which the newest two are kept, nothing observed. */
RIPPLE_API RippleConfig *ripple_config_new(void);
RIPPLE_API void ripple_config_free(RippleConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleConfig, ripple_config_free)

/** Set one option by its section and key from text, as in the INI file. A USAGE error that quotes
 * the value and says what fits. */
RIPPLE_API gboolean ripple_config_set(RippleConfig *config, const char *section, const char *key,
                                      const char *value, GError **error);

/** Set every option that the INI file at `path` holds; others keep their value. A USAGE error names
 * the file and what is wrong in it: a line that is none, an unknown section or key, a key that
 * stands twice, a value that does not fit. Options before it may have been set by then. */
RIPPLE_API gboolean ripple_config_load(RippleConfig *config, const char *path, GError **error);

/** The whole configuration as an INI text which ripple_config_load() reads back to the same one.
 * Free with g_free. */
RIPPLE_API char *ripple_config_to_text(const RippleConfig *config);

/** Check what no single option can: that data were named, and that no option is set which belongs
 * to another optimizer. Then every value once more, since a caller may have written them without
 * ripple_config_set(). USAGE errors. */
RIPPLE_API gboolean ripple_config_check(const RippleConfig *config, GError **error);

/** Settle what the data decide (loss, output activation, activation of each hidden layer) and what
 * the optimizer does (learning rate and its other numbers), and build the network for them.
 * `config` is changed to the resolved values.
 *
 * | targets                 | loss by default | outputs                                  |
 * |-------------------------|-----------------|------------------------------------------|
 * | labels of C ≥ 2 classes | cross-entropy   | C; 1 for binary-cross-entropy with C = 2 |
 * | values                  | mse             | one per target column                    |
 *
 * A USAGE error when the loss or an activation does not go with the targets, when an option belongs
 * to another optimizer, or when the network
 * would not fit in memory; a DATA error when there is no target, only one class, or, for
 * binary-cross-entropy, a target value outside [0, 1]. */
RIPPLE_API RippleNetwork *ripple_config_resolve(RippleConfig *config, const RippleDataset *dataset,
                                                GError **error);

G_END_DECLS
