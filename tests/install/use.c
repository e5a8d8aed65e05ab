/* A program outside the tree: sees the installed headers and links the installed library. */
#include <ripple/ripple.h>
#include <stdio.h>

int main(void)
{
    const guint widths[] = {128, 10};
    const RippleActivation activations[] = {RIPPLE_ACTIVATION_RELU, RIPPLE_ACTIVATION_SOFTMAX};
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleNetwork) network =
        ripple_network_new(784, widths, activations, 2, RIPPLE_LOSS_CROSS_ENTROPY, &error);
    if (!network) {
        fprintf(stderr, "%s\n", error->message);
        return ripple_error_exit_code(error);
    }
    g_autofree char *description = ripple_network_describe(network);
    printf("%s\n", description);

    g_autoptr(RippleConfig) config = ripple_config_new();
    printf("batch %" G_GUINT64_FORMAT ", version %s\n", config->batch, RIPPLE_VERSION);
    return 0;
}
