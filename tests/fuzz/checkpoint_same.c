#include "fuzz/checkpoint_same.h"

#include <string.h>

static void check_values(const gdouble *one, const gdouble *other, gsize count)
{
    g_assert_true(!one == !other);
    if (one)
        g_assert_cmpmem(one, count * sizeof *one, other, count * sizeof *other);
}

void fuzz_check_same_checkpoint(const RippleCheckpoint *one, const RippleCheckpoint *other)
{
    gsize span = one->model->network->parameter_span;
    g_assert_cmpuint(other->model->network->parameter_span, ==, span);
    g_assert_cmpmem(&one->position, sizeof one->position, &other->position, sizeof other->position);
    g_assert_cmpstr(one->config, ==, other->config);
    g_assert_cmpstr(one->data, ==, other->data);
    g_assert_cmpstr(one->device, ==, other->device);
    g_assert_cmpstr(one->identity, ==, other->identity);
    check_values(one->parameters, other->parameters, span);
    for (guint i = 0; i < RIPPLE_MOST_MOMENTS; i++)
        check_values(one->moments[i], other->moments[i], span);
}
