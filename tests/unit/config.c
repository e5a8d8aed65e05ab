/* A run's configuration: set from text, written down, and read back to the same. */
#include "train/number.h"
#include "unit/safetensors_files.h"

#include <ripple/config.h>
#include <ripple/error.h>
#include <string.h>

static char *value_in(const RippleConfig *config, const char *section, const char *key)
{
    g_autofree char *text = ripple_config_to_text(config);
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) error = NULL;
    g_key_file_load_from_data(file, text, -1, G_KEY_FILE_NONE, &error);
    g_assert_no_error(error);
    char *value = g_key_file_get_string(file, section, key, &error);
    g_assert_no_error(error);
    return value;
}

static void test_defaults(void)
{
    g_autoptr(RippleConfig) config = ripple_config_new();
    g_autofree char *text = ripple_config_to_text(config);
    g_assert_cmpstr(text, ==,
                    "# ripple train --config THIS_FILE\n\n"
                    "[data]\ndata=\ntarget=\ntest_data=\nval_split=0\nscaling=auto\n\n"
                    "[network]\nhidden=none\nactivation=relu\noutput_activation=auto\nloss=auto\n"
                    "init=\n\n"
                    "[training]\noptimizer=sgd\nmomentum=0\nbeta1=auto\nbeta2=auto\nepsilon=auto\n"
                    "learning_rate=auto\nbatch=128\nepochs=5\nsteps=0\nseed=1\nshuffle=true\n\n"
                    "[run]\ndevice=auto\nmemory_limit=auto\ntune=quick\nout=\nlog_every=0\ntrace=\n"
                    "checkpoint_every=60s\nkeep=2\nobserve=never\nkeep_path=true\n");
    ripple_config_free(NULL);
}

/* Values as they are given, and as they are written down. */
static void test_values(void)
{
    static const struct {
        const char *section, *key, *given, *written;
    } cases[] = {
        {"data", "data", "fashion-mnist", "fashion-mnist"},
        {"data", "data", "", ""},
        {"data", "target", "a,b;c", "a,b;c"},
        {"data", "test_data", " path with \\ and\nline\t", " path with \\ and\nline\t"},
        {"data", "val_split", "0.1", "0.1"},
        {"data", "val_split", " 1e-3 ", "0.001"},
        {"data", "val_split", "0.99999999999999989", "0.9999999999999999"},
        {"data", "scaling", "standardise", "standardise"},
        {"data", "scaling", "none", "none"},
        {"data", "scaling", "unit", "unit"},
        {"run", "checkpoint_every", "never", "never"},
        {"run", "checkpoint_every", "250", "250steps"},
        {"run", "checkpoint_every", "30s", "30s"},
        {"run", "checkpoint_every", "2epochs", "2epochs"},
        {"run", "observe", "100", "100steps"},
        {"run", "observe", "1epochs", "1epochs"},
        {"run", "observe", "never", "never"},
        {"run", "keep_path", "false", "false"},
        {"run", "keep", "7", "7"},
        {"network", "hidden", "512:relu,128", "512:relu,128"},
        {"network", "hidden", " 16 : tanh , 8 ", "16:tanh,8"},
        {"network", "hidden", "16777216", "16777216"},
        {"network", "hidden", "none", "none"},
        {"network", "activation", "leaky-relu", "leaky-relu"},
        {"network", "output_activation", "sigmoid", "sigmoid"},
        {"network", "output_activation", "auto", "auto"},
        {"network", "loss", "mse", "mse"},
        {"network", "loss", "auto", "auto"},
        {"network", "init", "größe.safetensors", "größe.safetensors"},
        {"training", "optimizer", "sgd", "sgd"},
        {"training", "momentum", "0.9", "0.9"},
        {"training", "momentum", "0", "0"},
        {"training", "optimizer", "adam", "adam"},
        {"training", "beta1", "0", "0"},
        {"training", "beta2", "0.99999", "0.99999"},
        {"training", "beta2", "auto", "auto"},
        {"training", "epsilon", "1e-15", "1e-15"},
        {"training", "epsilon", "auto", "auto"},
        {"training", "learning_rate", "auto", "auto"},
        {"training", "learning_rate", "1e-300", "1e-300"},
        {"training", "learning_rate", "1e22", "1e+22"},
        {"training", "learning_rate", "5e-324", "4.94065645841247e-324"},
        {"training", "learning_rate", "0.3333333333333333", "0.3333333333333333"},
        {"training", "batch", "1", "1"},
        {"training", "batch", "4294967295", "4294967295"},
        {"training", "epochs", "100", "100"},
        {"training", "steps", "9223372036854775807", "9223372036854775807"},
        {"training", "seed", "0", "0"},
        {"training", "seed", "18446744073709551615", "18446744073709551615"},
        {"training", "shuffle", "false", "false"},
        {"training", "shuffle", "true", "true"},
        {"run", "device", "cpu:1", "cpu:1"},
        {"run", "device", "", "auto"},
        {"run", "tune", "off", "off"},
        {"run", "tune", "full", "full"},
        {"run", "memory_limit", "1", "1"},
        {"run", "memory_limit", "3K", "3072"},
        {"run", "memory_limit", "64M", "67108864"},
        {"run", "memory_limit", "17179869183G", "18446744072635809792"},
        {"run", "memory_limit", "18446744073709551615", "18446744073709551615"},
        {"run", "memory_limit", "auto", "auto"},
        {"run", "out", "runs/#1", "runs/#1"},
        {"run", "log_every", "10", "10"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RippleConfig) config = ripple_config_new();
        g_autoptr(GError) error = NULL;
        gboolean set =
            ripple_config_set(config, cases[i].section, cases[i].key, cases[i].given, &error);
        g_assert_no_error(error);
        g_assert_true(set);
        g_autofree char *written = value_in(config, cases[i].section, cases[i].key);
        g_assert_cmpstr(written, ==, cases[i].written);
    }
}

static void test_fields(void)
{
    g_autoptr(RippleConfig) config = ripple_config_new();
    g_assert_true(ripple_config_set(config, "network", "hidden", "512:gelu,128", NULL));
    g_assert_true(ripple_config_set(config, "network", "loss", "mse", NULL));
    g_assert_true(ripple_config_set(config, "training", "momentum", "0.5", NULL));
    g_assert_true(ripple_config_set(config, "training", "shuffle", "false", NULL));
    g_assert_true(ripple_config_set(config, "run", "out", "somewhere", NULL));
    g_assert_true(ripple_config_set(config, "run", "out", "", NULL));
    g_assert_cmpuint(config->n_hidden, ==, 2);
    g_assert_cmpuint(config->hidden[0].width, ==, 512);
    g_assert_cmpuint(config->hidden[0].activation, ==, RIPPLE_ACTIVATION_GELU);
    g_assert_cmpuint(config->hidden[1].width, ==, 128);
    g_assert_cmpuint(config->hidden[1].activation, ==, RIPPLE_N_ACTIVATIONS);
    g_assert_cmpuint(config->loss, ==, RIPPLE_LOSS_MSE);
    g_assert_cmpfloat(config->momentum, ==, 0.5);
    g_assert_false(config->shuffle);
    g_assert_null(config->out);
    g_assert_true(ripple_config_set(config, "network", "hidden", "none", NULL));
    g_assert_cmpuint(config->n_hidden, ==, 0);
}

/* Each is refused with a sentence that quotes it, and changes nothing. */
static void test_bad_values(void)
{
    static const struct {
        const char *section, *key, *value, *words;
    } cases[] = {
        {"date", "data", "x", "no section called \"date\"; choose one of: data, network,"},
        {"data", "batch", "x",
         "no option in [data] called \"batch\"; choose one of: data, target,"},
        {"run", "", "x", "no option in [run] called \"\""},
        {"data", "data", "\xff", "option data cannot be \"\xef\xbf\xbd\": it takes text in UTF-8"},
        {"data", "val_split", "\033[31m1\n", "option val_split cannot be \"?[31m1?\""},
        {"data", "scaling", "\xc2\x9b\xff", "no scaling called \"?\xef\xbf\xbd\""},
        {"data", "val_split", "1", "option val_split cannot be \"1\": it takes a number from 0"},
        {"data", "val_split", "-0.1", "val_split cannot be \"-0.1\""},
        {"data", "val_split", "nan", "val_split cannot be \"nan\""},
        {"data", "val_split", "0,1", "val_split cannot be \"0,1\""},
        {"data", "val_split", "10%", "val_split cannot be \"10%\""},
        {"data", "scaling", "minmax", "option scaling: There is no scaling called \"minmax\""},
        {"network", "hidden", "", "option hidden cannot be \"\": it is empty"},
        {"network", "hidden", "0", "option hidden cannot be \"0\": \"0\" is no such width"},
        {"network", "hidden", "16777217", "\"16777217\" is no such width"},
        {"network", "hidden", "-1", "\"-1\" is no such width"},
        {"network", "hidden", "1.5", "\"1.5\" is no such width"},
        {"network", "hidden", "12,,3", "cannot be \"12,,3\": \"\" is no such width"},
        {"network", "hidden", "12,", "cannot be \"12,\": \"\" is no such width"},
        {"network", "hidden", ":relu", "\":relu\" is no such width"},
        {"network", "hidden", "12 13", "\"12 13\" is no such width"},
        {"network", "hidden", "none,12", "\"none\" is no such width"},
        {"network", "hidden", "12:step",
         "option hidden cannot be \"12:step\": There is no activation"},
        {"network", "hidden", "12:", "no activation called \"\""},
        {"network", "hidden", "12:relu:relu", "no activation called \"relu:relu\""},
        {"network", "activation", "ReLU",
         "option activation: There is no activation called \"ReLU\""},
        {"network", "activation", "auto", "no activation called \"auto\""},
        {"network", "output_activation", "x", "option output_activation: There is no activation"},
        {"network", "loss", "hinge", "option loss: There is no loss called \"hinge\""},
        {"training", "optimizer", "adagrad",
         "option optimizer: There is no optimizer called \"adagrad\"; choose one of: sgd, adam"},
        {"training", "momentum", "auto", "momentum cannot be \"auto\""},
        {"training", "beta1", "1",
         "beta1 cannot be \"1\": it takes a number from 0 to just below 1"},
        {"training", "beta2", "-0.1", "beta2 cannot be \"-0.1\""},
        {"training", "beta2", "nan", "beta2 cannot be \"nan\""},
        {"training", "epsilon", "0", "epsilon cannot be \"0\": it takes a number from 1e-15 to"},
        {"training", "epsilon", "9e-16", "epsilon cannot be \"9e-16\""},
        {"training", "epsilon", "1", "epsilon cannot be \"1\""},
        {"training", "momentum", "1", "momentum cannot be \"1\": it takes a number from 0 to just"},
        {"training", "learning_rate", "0",
         "learning_rate cannot be \"0\": it takes a number above 0"},
        {"training", "learning_rate", "-1", "learning_rate cannot be \"-1\""},
        {"training", "learning_rate", "inf", "learning_rate cannot be \"inf\""},
        {"training", "learning_rate", "1e999", "learning_rate cannot be \"1e999\""},
        {"training", "learning_rate", "0.1x", "learning_rate cannot be \"0.1x\""},
        {"training", "learning_rate", "", "learning_rate cannot be \"\""},
        {"training", "batch", "0", "batch cannot be \"0\": it takes a whole number between 1 and"},
        {"training", "batch", "4294967296", "between 1 and 4294967295"},
        {"training", "batch", "1e3", "batch cannot be \"1e3\""},
        {"training", "batch", "+5", "batch cannot be \"+5\""},
        {"training", "epochs", "0", "epochs cannot be \"0\""},
        {"training", "steps", "-1",
         "steps cannot be \"-1\": it takes a whole number between 0 and"},
        {"training", "steps", "9223372036854775808", "steps cannot be"},
        {"training", "seed", "18446744073709551616", "between 0 and 18446744073709551615"},
        {"training", "shuffle", "yes", "shuffle cannot be \"yes\": it takes true or false"},
        {"training", "shuffle", "", "shuffle cannot be \"\""},
        {"run", "memory_limit", "0",
         "memory_limit cannot be \"0\": it takes a number of bytes above 0, such as"},
        {"run", "memory_limit", "", "memory_limit cannot be \"\""},
        {"run", "tune", "always", "There is no tuning mode called \"always\""},
        {"run", "memory_limit", "K", "memory_limit cannot be \"K\""},
        {"run", "memory_limit", "-1", "memory_limit cannot be \"-1\""},
        {"run", "memory_limit", "1.5G", "memory_limit cannot be \"1.5G\""},
        {"run", "memory_limit", "64MB", "memory_limit cannot be \"64MB\""},
        {"run", "memory_limit", "64 M", "memory_limit cannot be \"64 M\""},
        {"run", "memory_limit", "0K", "memory_limit cannot be \"0K\""},
        {"run", "memory_limit", "17179869184G", "memory_limit cannot be \"17179869184G\""},
        {"run", "log_every", "often", "log_every cannot be \"often\""},
    };
    g_autoptr(RippleConfig) config = ripple_config_new();
    g_autofree char *before = ripple_config_to_text(config);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(
            ripple_config_set(config, cases[i].section, cases[i].key, cases[i].value, &error));
        g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
        if (!strstr(error->message, cases[i].words))
            g_error("\"%s\" should say \"%s\"", error->message, cases[i].words);
        g_assert_true(g_str_has_suffix(error->message, "."));
        g_autofree char *after = ripple_config_to_text(config);
        g_assert_cmpstr(before, ==, after);
    }
}

static void test_too_many_layers(void)
{
    g_autoptr(RippleConfig) config = ripple_config_new();
    GString *text = g_string_new("1");
    for (guint i = 1; i < RIPPLE_MAXIMUM_LAYERS - 1; i++)
        g_string_append(text, ",1");
    g_assert_true(ripple_config_set(config, "network", "hidden", text->str, NULL));
    g_assert_cmpuint(config->n_hidden, ==, RIPPLE_MAXIMUM_LAYERS - 1);
    g_string_append(text, ",1");
    g_autoptr(GError) error = NULL;
    g_assert_false(ripple_config_set(config, "network", "hidden", text->str, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
    g_string_free(text, TRUE);
}

/* Anything set survives being written and read, and nothing else changes. */
static void test_round_trip(void)
{
    static const char *const values[][3] = {
        {"data", "data", " a\\b\n=[x] # ;"},
        {"data", "target", "ä,1"},
        {"data", "test_data", "\ttest"},
        {"data", "val_split", "0.1234567890123456789"},
        {"data", "scaling", "unit"},
        {"network", "hidden", "7:silu,9,11:softplus"},
        {"network", "activation", "elu"},
        {"network", "output_activation", "tanh"},
        {"network", "loss", "mse"},
        {"network", "init", "w.safetensors"},
        {"training", "optimizer", "adam"},
        {"training", "momentum", "0.3"},
        {"training", "beta1", "0.8"},
        {"training", "beta2", "0.98"},
        {"training", "epsilon", "1e-7"},
        {"training", "learning_rate", "0.00123456789"},
        {"training", "batch", "17"},
        {"training", "epochs", "3"},
        {"training", "steps", "99"},
        {"training", "seed", "12345678901234567890"},
        {"training", "shuffle", "false"},
        {"run", "device", "gpu"},
        {"run", "memory_limit", "7"},
        {"run", "tune", "off"},
        {"run", "out", "runs/1"},
        {"run", "log_every", "7"},
    };
    g_autoptr(RippleConfig) config = ripple_config_new();
    g_autoptr(GError) error = NULL;
    for (guint i = 0; i <= G_N_ELEMENTS(values); i++) {
        g_autofree char *text = ripple_config_to_text(config);
        g_autofree char *path = files_write("config.ini", text, strlen(text));
        g_autoptr(RippleConfig) again = ripple_config_new();
        ripple_config_load(again, path, &error);
        g_assert_no_error(error);
        g_autofree char *second = ripple_config_to_text(again);
        g_assert_cmpstr(text, ==, second);
        g_assert_cmpfloat(config->val_split, ==, again->val_split);
        g_assert_cmpmem(&config->learning_rate, sizeof config->learning_rate, &again->learning_rate,
                        sizeof again->learning_rate);
        g_assert_cmpstr(config->data, ==, again->data);
        if (i == G_N_ELEMENTS(values))
            break;
        ripple_config_set(config, values[i][0], values[i][1], values[i][2], &error);
        g_assert_no_error(error);
    }
}

/* What the file does not hold stays as it was. */
static void test_load_some(void)
{
    static const char text[] = "# a comment\n[training]\nbatch = 7\n\n[run]\n[training]\nseed=9\n";
    g_autofree char *path = files_write("some.ini", text, strlen(text));
    g_autoptr(RippleConfig) config = ripple_config_new();
    g_autoptr(GError) error = NULL;
    config->epochs = 77;
    ripple_config_load(config, path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(config->batch, ==, 7);
    g_assert_cmpuint(config->seed, ==, 9);
    g_assert_cmpuint(config->epochs, ==, 77);
}

static void test_bad_files(void)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"batch=7\n", "does not start with a group"},
        {"[training]\nbatch\n", "batch"},
        {"[training\nbatch=7\n", "[training"},
        {"[]\nbatch=7\n", "Invalid group name"},
        {"[training]\n=7\n", "=7"},
        {"[training]\nbatch=seven\n", "option batch cannot be \"seven\""},
        {"[training]\nbatches=7\n", "no option in [training] called \"batches\""},
        {"[training]\nbatch[de]=7\n", "no option in [training] called \"batch[de]\""},
        {"[trainer]\nbatch=7\n", "no section called \"trainer\""},
        {"[training]\nbatch=7\nbatch=8\n", "option batch stands twice in [training]"},
        {"\033[31m\n", "contains line \xe2\x80\x9c?[31m\xe2\x80\x9d"},
        {"[training]\nbatch=\033[31m\n", "option batch cannot be \"?[31m\""},
        {"[training]\nbatch=7\n[run]\n[training]\nbatch=7\n", "option batch stands twice"},
        {"[data]\ndata=\\q\n", "data in [data] has a backslash that begins no escape"},
        {"[data]\ndata=a\\\\\\\n", "data in [data] has a backslash that begins no escape"},
        {"[data]\ndata=\\q\\\n", "data in [data] has a backslash that begins no escape"},
        {"[data]\ndata=\xff\n", "not UTF-8"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = files_write("bad.ini", cases[i].text, strlen(cases[i].text));
        g_autoptr(RippleConfig) config = ripple_config_new();
        g_autoptr(GError) error = NULL;
        g_assert_false(ripple_config_load(config, path, &error));
        g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
        if (!strstr(error->message, path) || !strstr(error->message, cases[i].words))
            g_error("\"%s\" should name \"%s\" and say \"%s\"", error->message, path,
                    cases[i].words);
        g_assert_true(g_str_has_suffix(error->message, "."));
    }
}

static void test_no_file(void)
{
    g_autofree char *missing = files_path("missing.ini");
    const char *paths[] = {missing, "/dev/zero", g_get_tmp_dir()};
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(RippleConfig) config = ripple_config_new();
        g_autoptr(GError) error = NULL;
        g_assert_false(ripple_config_load(config, paths[i], &error));
        g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
        g_assert_nonnull(strstr(error->message, paths[i]));
    }
}

static void test_check(void)
{
    g_autoptr(RippleConfig) config = ripple_config_new();
    g_autoptr(GError) error = NULL;
    g_assert_false(ripple_config_check(config, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
    g_assert_nonnull(strstr(error->message, "--data"));
    g_clear_error(&error);

    config->data = g_strdup("fashion-mnist");
    ripple_config_check(config, &error);
    g_assert_no_error(error);

    config->batch = 0;
    g_assert_false(ripple_config_check(config, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
    g_assert_nonnull(strstr(error->message, "option batch cannot be \"0\""));
    g_clear_error(&error);
    config->batch = 1;
    config->learning_rate = -0.5;
    g_assert_false(ripple_config_check(config, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
    g_assert_nonnull(strstr(error->message, "option learning_rate cannot be \"-0.5\""));
    g_clear_error(&error);
    config->learning_rate = 0.5;
    config->momentum = 1;
    g_assert_false(ripple_config_check(config, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
}

/* An option of the other optimizer is no use, and is told rather than passed over. */
static void test_optimizer_options(void)
{
    static const struct {
        const char *optimizer, *key, *value, *words;
    } cases[] = {
        {"adam", "momentum", "0.9", "option momentum belongs to the optimizer sgd"},
        {"sgd", "beta1", "0.9", "option beta1 belongs to the optimizer adam"},
        {"sgd", "beta2", "0.999", "option beta2 belongs to the optimizer adam"},
        {"sgd", "epsilon", "1e-8", "option epsilon belongs to the optimizer adam"},
        {"sgd", "momentum", "0.9", NULL},
        {"adam", "momentum", "0", NULL},
        {"adam", "beta1", "0", NULL},
        {"adam", "epsilon", "1e-8", NULL},
        {"sgd", "beta2", "auto", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RippleConfig) config = ripple_config_new();
        g_autoptr(GError) error = NULL;
        config->data = g_strdup("fashion-mnist");
        g_assert_true(ripple_config_set(config, "training", cases[i].key, cases[i].value, NULL));
        g_assert_true(ripple_config_set(config, "training", "optimizer", cases[i].optimizer, NULL));
        g_assert_true(ripple_config_check(config, &error) == !cases[i].words);
        if (!cases[i].words)
            continue;
        g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
        g_assert_nonnull(strstr(error->message, cases[i].words));
    }
}

/* Every double reads back to the same bits, and as short as 15 digits allow. */
static void test_number_text(void)
{
    static const struct {
        gdouble number;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "-0.0"},
        {1, "1"},
        {0.1, "0.1"},
        {100, "100"},
        {1e22, "1e+22"},
        {1e-300, "1e-300"},
        {1.0 / 3, "0.3333333333333333"},
        {0.1 + 0.2, "0.30000000000000004"},
        {-2.5e-7, "-2.5e-07"},
    };
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpstr(ripple_number_text(cases[i].number, text), ==, cases[i].text);

    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    for (guint i = 0; i < 10000; i++) {
        guint64 bits = (guint64)g_rand_int(random) << 32 | g_rand_int(random);
        gdouble number, again;
        memcpy(&number, &bits, sizeof number);
        if ((bits >> 52 & 0x7ff) == 0x7ff)
            continue; /* infinite, or not a number */
        again = g_ascii_strtod(ripple_number_text(number, text), NULL);
        g_assert_cmpmem(&number, sizeof number, &again, sizeof again);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/defaults", test_defaults);
    g_test_add_func("/config/values", test_values);
    g_test_add_func("/config/fields", test_fields);
    g_test_add_func("/config/bad-values", test_bad_values);
    g_test_add_func("/config/too-many-layers", test_too_many_layers);
    g_test_add_func("/config/round-trip", test_round_trip);
    g_test_add_func("/config/load-some", test_load_some);
    g_test_add_func("/config/bad-files", test_bad_files);
    g_test_add_func("/config/no-file", test_no_file);
    g_test_add_func("/config/check", test_check);
    g_test_add_func("/config/optimizer-options", test_optimizer_options);
    g_test_add_func("/config/number-text", test_number_text);
    int failed = g_test_run();
    files_clear();
    return failed;
}
